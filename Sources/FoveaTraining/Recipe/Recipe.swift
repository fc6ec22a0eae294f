import FoveaData
import FoveaModels

/// Everything that makes a run what it is: what to train, on what, and how. A file of it, in YAML, reproduces the run.
///
/// ```yaml
/// model: resnet18
/// stem: cifar
/// data: cifar10
/// training: { epochs: 10, batch_size: 128 }
/// optimizer: { name: sgd, learning_rate: 0.2 }
/// ```
/// What a file leaves out has the values below. A key that is not known is an error that names the nearest one.
public struct Recipe: Codable, Sendable, Equatable {
  /// What is learned: `classification`, `detection`, `faces` or `captioning`.
  public var task = VisionTask.classification
  /// The architecture's name, as `fovea models list` prints it.
  public var model = "resnet18"
  /// The first layers: `imagenet` (7x7, stride 2, pooled) or `cifar` (3x3, for images of about 32 pixels); nil takes the
  /// architecture's own.
  public var stem: Stem?
  /// A file of weights to start from; nil starts from random ones. A head of another number of classes is made anew.
  public var weights: String?
  /// The data set, `NAME[:PATH]`.
  public var data = "fashion-mnist"
  /// How much of the training set is held out for validation, where the data has no validation set. With 0 the test set
  /// takes its place, and choosing by it flatters the result.
  public var validationFraction = 0.1
  /// The seed of weights, order and augmentation.
  public var seed: UInt64 = 0
  public var images = ImageRecipe()
  public var augmentation = AugmentationRecipe()
  public var optimizer = OptimizerRecipe()
  public var schedule = ScheduleRecipe()
  public var training = TrainingRecipe()
  public var fineTuning = FineTuningRecipe()
  /// What only `faces` needs.
  public var faces = FaceRecipe()
  /// What only a detector's recipe says.
  public var detection = DetectionRecipe()
  /// What only captioning needs.
  public var captioning = CaptioningRecipe()

  /// A recipe with every default.
  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case task, model, stem, weights, data
    case validationFraction = "validation_fraction"
    case seed, images, augmentation, optimizer, schedule, training, faces, detection, captioning
    case fineTuning = "fine_tuning"
  }
}

/// How images become a model's input.
public struct ImageRecipe: Codable, Sendable, Equatable {
  /// The side of the square input, in pixels; nil takes images as they are, which must be of one size.
  public var size: Int?
  /// What the shorter edge is resized to before the middle is cut out, in evaluation; nil makes it 8/7 of the size.
  public var resize: Int?
  /// The mean of each channel, in 0...1; nil measures it on the training set.
  public var mean: [Double]?
  /// The standard deviation of each channel; nil measures it on the training set.
  public var std: [Double]?
  /// Whether the final evaluation and predictions judge an image together with its mirror image: half as quick, and right
  /// a little more often.
  public var mirrored = false
  /// By how many pixels they also move it, both ways: three times the work, and right a little more often again.
  public var shifted = 0

  enum CodingKeys: String, CodingKey, CaseIterable { case size, resize, mean, std, mirrored, shifted }
}

/// What is done to training images, in this order. Zero and false leave a step out.
public struct AugmentationRecipe: Codable, Sendable, Equatable {
  /// A random part of the image, at least this share of its area, resized to the size; for photographs.
  public var resizedCrop = 0.0
  /// A border of so many pixels, then a random crop of the old size; for small images.
  public var cropPadding = 0
  /// The border shows the image mirrored at its edge instead of black.
  public var cropReflects = false
  /// Left and right exchanged every other time.
  public var flip = true
  /// In place of that, every other epoch (Jordan, 2024).
  public var alternatingFlip = false
  /// Turned by up to so many degrees either way.
  public var rotation = 0.0
  /// Brightness, contrast and saturation changed by up to this share.
  public var colorJitter = 0.0
  /// RandAugment (Cubuk et al., 2020) with so many operations.
  public var randAugment = 0
  /// The strength of RandAugment's operations, 0 to 30.
  public var randAugmentMagnitude = 9
  /// TrivialAugment (Müller and Hutter, 2021).
  public var trivialAugment = false
  /// A random rectangle erased with this probability (Zhong et al., 2020).
  public var erasing = 0.0
  /// A random square of so many pixels set to the mean (DeVries and Taylor, 2017).
  public var cutout = 0
  /// MixUp (Zhang et al., 2018) with this alpha.
  public var mixup = 0.0
  /// CutMix (Yun et al., 2019) with this alpha; with both, each batch takes one of them.
  public var cutmix = 0.0

  enum CodingKeys: String, CodingKey, CaseIterable {
    case resizedCrop = "resized_crop"
    case cropPadding = "crop_padding"
    case cropReflects = "crop_reflects"
    case flip
    case alternatingFlip = "alternating_flip"
    case rotation
    case colorJitter = "color_jitter"
    case randAugment = "rand_augment"
    case randAugmentMagnitude = "rand_augment_magnitude"
    case trivialAugment = "trivial_augment"
    case erasing, cutout, mixup, cutmix
  }
}

/// How weights follow their gradients.
public struct OptimizerRecipe: Codable, Sendable, Equatable {
  /// `sgd`, `adam`, `adamw`, `rmsprop` or `muon`.
  public var name = "sgd"
  /// The highest learning rate of the schedule.
  public var learningRate = 0.1
  /// SGD's, RMSprop's and Muon's momentum; Adam's beta 1 is 0.9.
  public var momentum = 0.9
  /// SGD with Nesterov's momentum.
  public var nesterov = true
  /// How strongly weights are pulled to zero.
  public var weightDecay = 5e-4
  /// Whether biases and the parameters of normalisations are pulled to zero too.
  public var decayBiasesAndNorms = false
  /// Muon's learning rate for what is no matrix between layers (biases, the last layer), as so many times `learning_rate`.
  public var othersFactor = 4.0
  /// How strongly Muon pulls those to zero.
  public var othersWeightDecay = 0.0
  /// Whether Muon keeps the length of its matrices, which `weight_decay` then no longer touches.
  public var normalizeMatrices = false

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name
    case learningRate = "learning_rate"
    case momentum, nesterov
    case weightDecay = "weight_decay"
    case decayBiasesAndNorms = "decay_biases_and_norms"
    case othersFactor = "others_factor"
    case othersWeightDecay = "others_weight_decay"
    case normalizeMatrices = "normalize_matrices"
  }
}

/// How the learning rate goes over a run.
public struct ScheduleRecipe: Codable, Sendable, Equatable {
  /// `one_cycle`, `cosine`, `linear`, `polynomial`, `step`, `multi_step`, `plateau` or `constant`.
  public var name = "one_cycle"
  /// The epochs over which the rate rises to its highest value: by itself in `one_cycle`, before the others.
  public var warmupEpochs = 0.0
  /// `step`: every so many epochs the rate is multiplied by gamma. `plateau`: after so many without progress.
  public var stepEpochs = 30
  /// `multi_step`: the epochs at which the rate is multiplied by gamma.
  public var milestones: [Int] = []
  /// What the rate is multiplied by in `step`, `multi_step` and `plateau`.
  public var gamma = 0.1
  /// The exponent of `polynomial`.
  public var power = 1.0

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name
    case warmupEpochs = "warmup_epochs"
    case stepEpochs = "step_epochs"
    case milestones, gamma, power
  }
}

/// The run itself.
public struct TrainingRecipe: Codable, Sendable, Equatable {
  public var epochs = 10
  /// The samples of a batch. Where several processes train together, each has batches of that size.
  public var batchSize = 128
  /// `fp32`, `bf16`, or `auto`: bf16 where the processor multiplies it in hardware.
  public var precision = "auto"
  /// `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
  public var device = "auto"
  /// How much of each label's weight is spread over the other classes.
  public var labelSmoothing = 0.0
  /// Batches whose gradients are summed before a step.
  public var accumulateGradBatches = 1
  /// The largest norm of all gradients together; nil leaves them as they are.
  public var clipNorm: Double?
  /// The decay of a moving average of the weights, which is then what is evaluated and saved; nil for none.
  public var ema: Double?
  /// Stops after so many epochs without progress in `monitor`; nil never.
  public var earlyStopping: Int?
  /// The validation metric that the best checkpoint is chosen by; nil for the task's own: `accuracy`, `ap`, `auc` of faces,
  /// `cider_d` of captions.
  public var monitor: String?
  /// How many of the best checkpoints are kept.
  public var keepBest = 1
  /// Stops after so many minutes; nil never.
  public var maxMinutes: Double?
  /// Stops after so many steps; nil never.
  public var maxSteps: Int?
  /// Learns from so many batches only, the same in each epoch, and validates on them: can it learn at all? 0 is off.
  public var overfitBatches = 0
  /// At most so many batches an epoch; nil for all.
  public var limitTrainBatches: Int?
  /// Saves a checkpoint every so many steps too; nil at the end of each epoch only.
  public var checkpointEverySteps: Int?
  /// The same bits in every run, where the device can.
  public var deterministic = false
  /// Threads that load data.
  public var loaderThreads = 2
  /// Leaves out images that cannot be read, and counts them, in place of stopping.
  public var skipBrokenImages = false

  enum CodingKeys: String, CodingKey, CaseIterable {
    case epochs
    case batchSize = "batch_size"
    case precision, device
    case labelSmoothing = "label_smoothing"
    case accumulateGradBatches = "accumulate_grad_batches"
    case clipNorm = "clip_norm"
    case ema
    case earlyStopping = "early_stopping"
    case monitor
    case keepBest = "keep_best"
    case maxMinutes = "max_minutes"
    case maxSteps = "max_steps"
    case overfitBatches = "overfit_batches"
    case limitTrainBatches = "limit_train_batches"
    case checkpointEverySteps = "checkpoint_every_steps"
    case deterministic
    case loaderThreads = "loader_threads"
    case skipBrokenImages = "skip_broken_images"
  }
}
