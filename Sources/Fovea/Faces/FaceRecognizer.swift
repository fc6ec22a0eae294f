import Foundation
import FoveaData
import FoveaImaging
import FoveaMetrics
import FoveaModels
import FoveaTraining
import Torch

/// A trained face embedder, ready to be used: it compares photographs of people.
///
/// ```swift
/// let recognizer = try FaceRecognizer(contentsOf: URL(filePath: "runs/faces"))
/// let answer = try recognizer.verify(first, second)
/// print(answer.distance, answer.same)
/// ```
/// With a detector, photographs may show anything, and their largest face counts; without one they are taken as chips: a
/// face that fills the picture. It belongs to one thread at a time.
public final class FaceRecognizer {
  /// The architecture, the input, and the threshold that was calibrated on unseen people.
  public let configuration: FaceConfiguration
  /// The network, in evaluation mode.
  public let model: any FaceEmbedder
  /// Which weights these are. Embeddings of other weights cannot be compared with theirs.
  public let fingerprint: String
  /// Where it runs.
  public let device: Device
  /// Finds the faces of photographs; nil where these are chips.
  public var detector: MTCNN?

  /// Loads the folder of a run or of a model.
  ///
  /// - Throws: `RecipeError`, `StateDictError` or `LoadError`, which name the file and what does not fit.
  public init(contentsOf folder: URL, detector: MTCNN? = nil, device: Device = .cpu) throws {
    configuration = try FaceConfiguration(folder: folder)
    let weights = folder.appendingPathComponent(ModelFolder.weights)
    model = try withoutInitialization { [configuration] in try configuration.makeModel() }
    try model.loadStateDict(contentsOf: weights)
    fingerprint = try Checksum.sha256("").computed(for: weights).description
    self.detector = detector
    self.device = device
    model.to(device).eval()
  }

  /// Embeddings `[N, D]`, of length 1, of chips: each the sum of its own and its mirror image's.
  ///
  /// - Throws: `TransformError` for a chip that cannot be made an input.
  public func embed(_ chips: [Image]) throws -> Tensor {
    guard !chips.isEmpty else { return .zeros([0, model.embeddingSize]) }
    let inputs = try chips.enumerated().map { index, chip in
      try configuration.input.transform(
        Sample(image: chip.converted(to: .rgb).tensor, index: index, name: "face \(index)")
      ).image
    }
    return withNoGrad { model.flipAveraged(Tensor.stack(inputs).to(device)).to(.cpu) }
  }

  /// The chip of a photograph: its largest face aligned, or without a detector all of it.
  ///
  /// - Throws: ``FaceError/noFace(_:)``.
  public func chip(of photograph: Image, named name: String) throws -> Image {
    guard let detector else { return photograph }
    let faces = detector.detect(photograph.converted(to: .rgb).tensor)
    guard let face = faces.first,
      let chip = FaceAlignment(size: configuration.input.size).chip(of: photograph, landmarks: face.landmarks)
    else { throw FaceError.noFace(name) }
    return chip
  }

  /// The embedding `[D]` of a photograph.
  ///
  /// - Throws: ``FaceError/noFace(_:)``.
  public func embedding(of photograph: Image, named name: String = "the photograph") throws -> Tensor {
    try embed([chip(of: photograph, named: name)])[0]
  }

  /// Whether two photographs show the same person.
  ///
  /// - Parameter threshold: the largest cosine distance of the same person; nil takes the calibrated one.
  /// - Throws: ``FaceError``.
  public func verify(_ first: Image, _ second: Image, threshold: Double? = nil) throws -> FaceVerification {
    guard let threshold = threshold ?? configuration.threshold else { throw FaceError.noThreshold }
    let embeddings = try embed([
      chip(of: first, named: "the first photograph"), chip(of: second, named: "the second photograph"),
    ])
    let distance = Double(EmbeddingDistance.cosine(embeddings[0], embeddings[1]))
    return FaceVerification(distance: distance, threshold: threshold)
  }

  /// Measures on people; photographs are taken as chips.
  ///
  /// - Parameter progress: called after each batch with the number of photographs so far.
  public func evaluate(
    _ photographs: any Dataset, pairs: [FacePair], folds: Int, subtractsMean: Bool = false, threads: Int = 2,
    progress: (Int) -> Void = { _ in }
  ) throws -> FaceEvaluation {
    try FaceEvaluation(
      of: { self.model.flipAveraged($0.to(self.device)) }, on: photographs, input: configuration.input, pairs: pairs,
      folds: folds, subtractsMean: subtractsMean, threads: threads, progress: progress)
  }
}

/// Whether two photographs show the same person.
public struct FaceVerification: Sendable, Equatable, Codable {
  /// The cosine distance of the embeddings: 0 for the same direction, 2 for opposite ones.
  public let distance: Double
  /// Up to which distance the person counts as the same.
  public let threshold: Double
  /// Whether the distance is within the threshold.
  public let same: Bool

  public init(distance: Double, threshold: Double) {
    self.distance = distance
    self.threshold = threshold
    same = distance <= threshold
  }
}

/// Why a photograph cannot be compared.
public enum FaceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No face was found in the photograph of this name.
  case noFace(String)
  /// Neither the caller nor the model has a threshold.
  case noThreshold
  /// A number that makes no sense.
  case outOfRange(field: String, value: String, wanted: String)

  public var description: String {
    switch self {
    case .noFace(let name):
      "\(name): no face was found; try a smaller --min-size, or a picture that shows the whole face"
    case .noThreshold:
      "the model has no threshold, as nothing was measured when it was trained: give one (`fovea faces evaluate` finds it)"
    case .outOfRange(let field, let value, let wanted): "\(field): \(value) is not \(wanted)"
    }
  }
}
