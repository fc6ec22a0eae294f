import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import FoveaTraining
import Torch

/// One object that an image shows.
public struct DetectedBox: Codable, Sendable, Equatable {
  /// The name of the class.
  public let label: String
  /// Its index.
  public let index: Int
  /// How sure the model is, in 0...1.
  public let score: Double
  /// Left, top, right, bottom, in pixels of the original image.
  public let box: [Double]
  /// The number that a tracker gave the object, the same in all frames of a video; nil without one.
  public var track: Int?

  public init(label: String, index: Int, score: Double, box: [Double], track: Int? = nil) {
    self.track = track
    self.label = label
    self.index = index
    self.score = score
    self.box = box
  }
}

/// A trained detector, ready to be used: it takes images as they come and answers with objects.
///
/// ```swift
/// let detector = try Detector(contentsOf: URL(filePath: "runs/cells"))
/// let objects = try detector.predict(Image(contentsOf: photo))
/// print(objects[0].label, objects[0].box)
/// ```
/// Images go through the same transforms as in the evaluation of the run. It belongs to one thread at a time.
public final class Detector {
  /// The architecture, the classes, and how images become its input.
  public let configuration: DetectorConfiguration
  /// The network, in evaluation mode.
  public var model: any ObjectDetector { pipeline.model }

  private let pipeline: DetectionPipeline

  /// A network that is ready already.
  public init(_ model: any ObjectDetector, configuration: DetectorConfiguration, device: Device = .cpu) {
    self.configuration = configuration
    pipeline = DetectionPipeline(model, input: configuration.input, device: device)
  }

  /// Loads the folder of a run, `config.json` and `model.safetensors`, or that of a published DETR, as transformers saves it.
  ///
  /// - Throws: `RecipeError`, `JSONFieldError`, `StateDictError` or `LoadError`, which name the file and what does not fit.
  public convenience init(contentsOf folder: URL, device: Device = .cpu) throws {
    if try PretrainedConfiguration.isPublished(folder: folder) {
      let pretrained = try PretrainedDetector(contentsOf: folder)
      self.init(pretrained.model, configuration: pretrained.configuration, device: device)
      return
    }
    let configuration = try DetectorConfiguration(folder: folder)
    let model = try withoutInitialization { try configuration.makeModel() }
    try model.loadStateDict(contentsOf: folder.appendingPathComponent(ModelFolder.weights))
    self.init(model, configuration: configuration, device: device)
  }

  /// Loads a model by its name on the Hugging Face Hub, such as `facebook/detr-resnet-50`, fetched if need be, or by a path.
  ///
  /// - Throws: `HubError`, and what ``init(contentsOf:device:)`` throws.
  public convenience init(
    named name: String, revision: String = "main", device: Device = .cpu, progress: ProgressHandler? = nil
  ) throws {
    try self.init(
      contentsOf: Hub().location(ofModel: name, revision: revision, progress: progress), device: device)
  }

  /// The objects of an image, the surest first.
  ///
  /// - Parameters:
  ///   - name: what messages call the image.
  ///   - threshold: leaves out objects that are less sure; nil takes that of the configuration.
  /// - Throws: `TransformError` for an image that cannot be made an input; `TrainingError` where the model answers with
  ///   numbers that are not finite.
  public func predict(_ image: Image, name: String = "image", threshold: Double? = nil) throws -> [DetectedBox] {
    try predict([image], names: [name], threshold: threshold)[0]
  }

  /// The objects of each image, the surest first.
  ///
  /// - Parameters:
  ///   - names: what messages call the images; by default `image 0` and so on.
  ///   - threshold: leaves out objects that are less sure; nil takes that of the configuration.
  /// - Throws: `TransformError` for an image that cannot be made an input; `TrainingError` where the model answers with
  ///   numbers that are not finite.
  public func predict(
    _ images: [Image], names: [String] = [], threshold: Double? = nil
  ) throws -> [[DetectedBox]] {
    let least = threshold ?? configuration.threshold
    return try pipeline(images.map { $0.converted(to: .rgb).tensor }, names: names).map { found in
      let boxes = found.boxes.values.array(Double.self)
      return zip(found.scores.array(Double.self), found.labels.array(Int.self)).enumerated().compactMap {
        place, object in
        let (score, label) = object
        guard score >= least else { return nil }
        return DetectedBox(
          label: configuration.classNames[label], index: label, score: score,
          box: Array(boxes[4 * place..<4 * place + 4]))
      }
    }
  }

  /// Runs over a set, and measures.
  ///
  /// - Parameter progress: called after each batch with the number of images so far.
  /// - Throws: what is wrong with an image; `TrainingError` where the set's classes are not the model's.
  public func evaluate(
    _ dataset: any Dataset, batchSize: Int = 4, threads: Int = 2, progress: (Int) -> Void = { _ in }
  ) throws -> DetectorEvaluation {
    try DetectorEvaluation(
      of: pipeline, on: dataset, classNames: configuration.classNames, batchSize: batchSize, threads: threads,
      progress: progress)
  }
}

extension Tracker {
  /// Takes in the objects of the next frame, and gives them their numbers.
  public mutating func number(_ objects: [DetectedBox]) -> [DetectedBox] {
    let numbers = update(Boxes(objects.corners), labels: objects.map(\.index))
    return zip(objects, numbers).map { object, number in
      var object = object
      object.track = number
      return object
    }
  }
}

extension [DetectedBox] {
  /// `[B, 4]`: left, top, right, bottom.
  fileprivate var corners: Tensor { Tensor(flatMap { $0.box.map(Float.init) }, shape: [count, 4]) }
}

extension Image {
  /// This image with a box around each object, its class's name and its score; a colour for each class, or for each object
  /// where a tracker gave them numbers.
  ///
  /// - Throws: ``ImageError`` if the image is too large to be drawn on.
  public func drawing(_ objects: [DetectedBox]) throws -> Image {
    let isTracked = objects.contains { $0.track != nil }
    return try drawing(
      boxes: objects.corners, classes: objects.map { isTracked ? $0.track ?? 0 : $0.index },
      labels: objects.map { object in object.track.map { "\(object.label) \($0)" } ?? object.label },
      scores: objects.map(\.score))
  }
}
