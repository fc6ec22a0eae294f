import FoveaData
import FoveaMetrics
import FoveaModels
import Torch

/// A captioner with its loss and its metrics, ready to be trained.
///
/// The loss is cross-entropy of each next token, given the true ones before it (teacher forcing), with label smoothing; or,
/// in self-critical training, how much better the model's own sentences score than its best guess. Validation writes
/// sentences and has the metrics `loss`, `bleu_4`, `cider_d` and `exact_match`.
public final class CaptionModule: TrainingModule {
  /// The network.
  public let model: CaptionModel
  /// How many training steps there were, so that a resumed run samples as one that was never stopped.
  let steps = Buffer(Tensor.zeros([1]))

  private let tokenizer: any Tokenizer
  private let recipe: CaptioningRecipe
  private let labelSmoothing: Double
  private let selfCritical: SelfCriticalReward?
  private let configure: (Layer, TrainingPlan) throws -> Optimization
  private let generation: GenerationOptions
  private let whole: ModelParameters
  private var plannedSteps = 1
  private var captions: [String] = []
  private var references: [[String]] = []

  /// - Parameters:
  ///   - selfCritical: scores sentences in self-critical training; nil for teacher forcing.
  ///   - configure: makes the optimizer of the model's parameters and its schedule.
  init(
    _ model: CaptionModel, tokenizer: any Tokenizer, recipe: CaptioningRecipe, labelSmoothing: Double,
    selfCritical: SelfCriticalReward?, optimization configure: @escaping (Layer, TrainingPlan) throws -> Optimization
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.recipe = recipe
    self.labelSmoothing = labelSmoothing
    self.selfCritical = selfCritical
    self.configure = configure
    whole = ModelParameters(model)
    var generation = GenerationOptions.greedy
    generation.maxNewTokens = recipe.longest - 1
    self.generation = generation
  }

  public override func members() -> [(key: String, member: Member)] {
    [("model", .child(model)), ("steps", .buffer(steps))]
  }

  public override var trainedModel: Module { model }

  public override func configureOptimizers(_ plan: TrainingPlan) throws -> Optimization {
    plannedSteps = max(1, plan.steps)
    return try configure(whole, plan)
  }

  public override func trainingStep(_ batch: Batch) throws -> StepOutput {
    withNoGrad { _ = steps.value.add_(1) }
    // A frozen encoder's batch normalisation keeps its statistics too.
    if recipe.freezeEncoder { model.encoderParts.forEach { $0.eval() } }
    if let selfCritical { return try selfCriticalStep(batch, selfCritical) }
    let (inputs, targets) = try teacher(batch)
    let memory = model.encode(batch.images)
    let logits = model.logits(try mixed(inputs, memory: memory), memory: memory)
    let loss = logits.flatten(to: 1).crossEntropy(
      targets.flatten(), ignoreIndex: Batch.padding, labelSmoothing: labelSmoothing)
    return StepOutput(loss: loss, values: ["accuracy": accuracy(logits.detach(), targets)], count: batch.count)
  }

  public override func validationStep(_ batch: Batch) throws -> StepOutput {
    let (inputs, targets) = try teacher(batch)
    let logits = model.logits(inputs, memory: model.encode(batch.images))
    let loss = logits.flatten(to: 1).crossEntropy(targets.flatten(), ignoreIndex: Batch.padding)
    captions += try model.generate(batch.images, options: generation).map { tokenizer.decode($0[0].tokens) }
    references += batch.captions
    return StepOutput(loss: loss, values: ["accuracy": accuracy(logits, targets)], count: batch.count)
  }

  public override func validationMetrics() -> [String: Double] {
    defer {
      captions = []
      references = []
    }
    let corpus = CaptionCorpus(captions: captions, references: references)
    return [
      "bleu_4": corpus.bleu()[3].overall, "cider_d": corpus.cider().overall, "exact_match": corpus.exactMatch().overall,
    ]
  }

  /// What goes in and what should come out: the sentences without their last token, and without their first.
  private func teacher(_ batch: Batch) throws -> (inputs: Tensor, targets: Tensor) {
    guard let tokens = batch.tokens else {
      throw TrainingError.data("batch \(batch.number) has no captions, but a captioner is trained on them")
    }
    let tokensHere = tokens.to(batch.images.device)
    let inputs = tokensHere[dim: 1, 0..<(tokens.shape[1] - 1)]
    return (
      inputs.maskedFill(inputs .== Batch.padding, model.specialTokens.padding),
      tokensHere[dim: 1, 1..<tokens.shape[1]]
    )
  }

  /// The inputs with some tokens replaced by what the model would have said: scheduled sampling in two passes, as
  /// Transformers need it (Mihaylova and Martins, 2019).
  private func mixed(_ inputs: Tensor, memory: Tensor) throws -> Tensor {
    let share = recipe.scheduledSampling * min(1, steps.value.item(Double.self) / Double(plannedSteps))
    guard share > 0 else { return inputs }
    return withNoGrad {
      let guesses = model.logits(inputs, memory: memory).argmax(dim: 2)
      let shifted = Tensor.cat([inputs[dim: 1, 0..<1], guesses[dim: 1, 0..<(inputs.shape[1] - 1)]], dim: 1)
      let drawn = Tensor.empty(inputs.shape.sizes, device: inputs.device).bernoulli_(share) .> 0.5
      let isText = (inputs .!= model.specialTokens.padding) .&& (inputs .!= model.specialTokens.start)
      return (drawn .&& isText).select(shifted, inputs)
    }
  }

  private func accuracy(_ logits: Tensor, _ targets: Tensor) -> Tensor {
    let counted = targets .!= Batch.padding
    return ((logits.argmax(dim: 2) .== targets) .&& counted).to(.float32).sum() / counted.to(.float32).sum()
  }

  /// The policy gradient of sampled sentences, the greedy one's score being what they are measured against.
  private func selfCriticalStep(_ batch: Batch, _ reward: SelfCriticalReward) throws -> StepOutput {
    var sampling = generation
    sampling.sampling = .init(seed: UInt64(steps.value.item(Double.self)))
    model.eval()
    let sampled = try sentences(on: batch.images, sampling)
    let greedy = try sentences(on: batch.images, generation)
    model.train()
    if recipe.freezeEncoder { model.encoderParts.forEach { $0.eval() } }
    let scores = reward.scores(sampled, references: batch.captions)
    let baseline = reward.scores(greedy, references: batch.captions)
    let longest = sampled.map(\.count).max() ?? 0
    let rows = sampled.map { tokens in
      [model.specialTokens.start] + tokens + Array(repeating: Batch.padding, count: longest - tokens.count)
    }
    var given = batch
    given.tokens = Tensor(rows: rows)
    let (inputs, targets) = try teacher(given)
    let logits = model.logits(inputs, memory: model.encode(batch.images))
    let losses = logits.flatten(to: 1).crossEntropy(targets.flatten(), ignoreIndex: Batch.padding, reduction: .none)
    let advantages = Tensor(zip(scores, baseline).map { Float($0 - $1) }).to(batch.images.device)
    let perSentence = losses.reshape(targets.shape.sizes).sum(dim: 1)
    let count = (targets .!= Batch.padding).to(.float32).sum()
    let mean = Tensor(Float(scores.reduce(0, +) / Double(max(1, scores.count))))
    return StepOutput(
      loss: (perSentence * advantages).sum() / count, values: ["reward": mean], count: batch.count)
  }

  /// A sentence about each image, with its end unless it was cut before: an end that the model did not say is neither
  /// rewarded nor learned.
  private func sentences(on images: Tensor, _ options: GenerationOptions) throws -> [[Int]] {
    try model.generate(images, options: options).map { $0[0].tokens + ($0[0].hasEnd ? [model.specialTokens.end] : []) }
  }
}

/// A captioner's parameters under their own names, in the form in which optimizers are configured.
private final class ModelParameters: Layer {
  let model: CaptionModel

  init(_ model: CaptionModel) { self.model = model }

  override class var checkpointKeys: [String: String] { ["model": ""] }
}

/// Scores sentences by CIDEr-D against the references, with weights from the whole training set.
final class SelfCriticalReward {
  private let metric: CIDEr
  private let tokenizer: any Tokenizer
  private let end: Int

  init(_ dataset: any CaptionedDataset, tokenizer: any Tokenizer, end: Int) {
    self.tokenizer = tokenizer
    self.end = end
    let references = (0..<dataset.count).map { index in
      dataset.captions(at: index).map { tokenizer.encode($0, addingSpecialTokens: false) + [end] }
    }
    metric = CIDEr(.d, references: references)
  }

  /// The end counts as a word, so that sentences that never end are not rewarded: captions have it where it was written.
  func scores(_ captions: [[Int]], references: [[String]]) -> [Double] {
    zip(captions, references).map { caption, references in
      metric.score(
        caption, references: references.map { tokenizer.encode($0, addingSpecialTokens: false) + [end] })
    }
  }
}
