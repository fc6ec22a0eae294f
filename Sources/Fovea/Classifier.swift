import Foundation
import FoveaData
import FoveaImaging
import FoveaMetrics
import FoveaModels
import FoveaTraining
import Torch

/// One guess at what an image shows.
public struct Prediction: Codable, Sendable, Equatable {
  /// The name of the class.
  public let label: String
  /// Its index.
  public let index: Int
  /// How sure the model is, in 0...1.
  public let probability: Double
}

/// A trained classifier, ready to be used: it takes images as they come and answers with classes.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: URL(filePath: "runs/demo"))
/// let guesses = try classifier.predict(Image(contentsOf: photo))
/// print(guesses[0].label, guesses[0].probability)
/// ```
/// Images go through the same transforms as in the evaluation of the run. It belongs to one thread at a time.
public final class Classifier {
  /// The architecture, the classes, and how images become its input.
  public let configuration: ClassifierConfiguration
  /// Where it runs.
  public let device: Device
  /// The network, in evaluation mode. Predictions are made with its optimized form, so changes come too late.
  public let model: any ImageClassifier

  /// What of published weights did not fit; clean for a run's own, which fit or are an error.
  public let report: PretrainedReport

  private let optimized: OptimizedLayer

  /// A network that is ready already.
  ///
  /// - Parameters:
  ///   - report: what of its weights did not fit.
  ///   - dtype: what it computes in: `.float32`, or `.bfloat16` where the hardware has it.
  public init(
    _ model: any ImageClassifier, configuration: ClassifierConfiguration, report: PretrainedReport = .init(),
    device: Device = .cpu, dtype: DType = .float32
  ) {
    self.model = model
    self.configuration = configuration
    self.report = report
    self.device = device
    model.to(device).to(.channelsLast)
    optimized = model.optimized(dtype: dtype)
  }

  /// Loads the folder of a run, the folder of a published model, or a file of published weights.
  ///
  /// - Parameters:
  ///   - url: a folder with `config.json` and `model.safetensors`, of ours, of transformers or of timm; or a
  ///     `.safetensors`, `.pth`, `.pt` or `.bin` file, whose architecture is recognised by its tensors. The weights in the
  ///     folder of a run stand for the folder.
  ///   - dtype: what it computes in: `.float32`, or `.bfloat16` where the hardware has it.
  /// - Throws: ``RecipeError``, `StateDictError` or `LoadError`, which name the file and what does not fit.
  public convenience init(contentsOf url: URL, device: Device = .cpu, dtype: DType = .float32) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw RecipeError(url.path, "there is no such file or folder")
    }
    if isFolder.boolValue, try PretrainedConfiguration.isPublished(folder: url) {
      let pretrained = try PretrainedClassifier(contentsOf: url)
      self.init(
        pretrained.model, configuration: pretrained.configuration, report: pretrained.report, device: device,
        dtype: dtype)
    } else if isFolder.boolValue {
      let configuration = try ClassifierConfiguration(folder: url)
      let model = try withoutInitialization { try configuration.makeModel() }
      try model.loadStateDict(contentsOf: url.appendingPathComponent(ModelFolder.weights))
      self.init(model, configuration: configuration, device: device, dtype: dtype)
    } else if let folder = ModelFolder.run(of: url) {
      try self.init(contentsOf: folder, device: device, dtype: dtype)
    } else {
      try self.init(weights: url, device: device, dtype: dtype)
    }
  }

  /// Loads a model by its name on the Hugging Face Hub, fetched if need be, or by a path.
  ///
  /// - Throws: `HubError`, and what ``init(contentsOf:device:)`` throws.
  public convenience init(
    named name: String, revision: String = "main", device: Device = .cpu, progress: ProgressHandler? = nil
  ) throws {
    try self.init(
      contentsOf: Hub().location(ofModel: name, revision: revision, progress: progress), device: device)
  }

  /// The `top` most probable classes of an image, best first.
  public func predict(_ image: Image, top: Int = 5) throws -> [Prediction] {
    try predict([image], top: top)[0]
  }

  /// The `top` most probable classes of each image, best first.
  ///
  /// - Throws: `TransformError` for an image that cannot be made an input.
  public func predict(_ images: [Image], top: Int = 5) throws -> [[Prediction]] {
    guard !images.isEmpty else { return [] }
    let inputs = try images.enumerated().map { try networkInput($1, name: "image \($0)") }
    let (values, indices) = withNoGrad {
      logits(Tensor.stack(inputs)).softmax(dim: 1).topK(min(max(top, 1), configuration.classNames.count), dim: 1)
    }
    let best = values.shape[1]
    let probabilities = values.array(Double.self)
    return indices.array(Int.self).enumerated().reduce(into: Array(repeating: [], count: images.count)) {
      result, item in
      let (place, index) = item
      result[place / best].append(
        Prediction(label: configuration.classNames[index], index: index, probability: probabilities[place]))
    }
  }

  /// The logits `[N, classes]` of normalised images `[N, C, H, W]`.
  public func logits(_ images: Tensor) -> Tensor {
    configuration.input.logits(of: images.to(device)) { optimized($0.contiguous(.channelsLast)) }.to(.float32).to(.cpu)
  }

  /// Runs over a set, and measures.
  ///
  /// - Parameter progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; `TrainingError` where the set's classes are not the model's.
  public func evaluate(
    _ dataset: any Dataset, batchSize: Int = 250, threads: Int = 2, progress: (Int) -> Void = { _ in }
  ) throws -> ClassifierEvaluation {
    try ClassifierEvaluation(
      of: logits, on: dataset, input: configuration.input, classNames: configuration.classNames, batchSize: batchSize,
      threads: threads, progress: progress)
  }

  /// One image as the network's input `[C, H, W]`.
  func networkInput(_ image: Image, name: String = "image") throws -> Tensor {
    var random = RandomSource(seed: 0)
    let converted = image.converted(to: configuration.input.channels == 1 ? .grey : .rgb)
    return try configuration.input.evaluation(Sample(image: converted.tensor, index: 0, name: name), using: &random)
      .image
  }
}
