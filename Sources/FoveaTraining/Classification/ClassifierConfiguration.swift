import Foundation
import FoveaData
import FoveaModels
import Torch

/// What a saved classifier needs besides its weights, so that it predicts as it was evaluated: `config.json`.
public struct ClassifierConfiguration: SavedConfiguration {
  /// Always `classification`, by which the folder is known for a classifier's.
  public var task: VisionTask? = .classification
  /// The architecture's name, as `fovea models list` prints it.
  public var architecture: String
  /// The first layers; nil for the architecture's own.
  public var stem: Stem?
  /// The names of the classes, by index.
  public var classNames: [String]
  /// How an image becomes the input.
  public var input: ClassifierInput

  public init(architecture: String, stem: Stem?, classNames: [String], input: ClassifierInput) {
    self.architecture = architecture
    self.stem = stem
    self.classNames = classNames
    self.input = input
  }

  public func check(in file: String) throws {
    try checkClassNames(classNames, in: file)
    try input.check(in: file)
  }

  /// The network that the configuration describes, with random weights.
  ///
  /// - Throws: `ArchitectureError` where there is no such network.
  public func makeModel() throws(ArchitectureError) -> any ImageClassifier {
    try ClassifierArchitecture.named(architecture)
      .make(
        classes: classNames.count, inputChannels: input.channels, stem: stem,
        imageSize: input.size.height == input.size.width ? input.size.height : nil)
  }
}

/// How an image becomes a classifier's input.
public struct ClassifierInput: Codable, Sendable, Equatable {
  /// The size that the network sees.
  public var size: ImageSize
  /// What the shorter edge is resized to, before the middle is cut out.
  public var resize: Int
  /// 1 for grey images, 3 for RGB.
  public var channels: Int
  /// What the channels are normalised with.
  public var statistics: ChannelStatistics
  /// Whether an image is judged together with its mirror image; nil is no.
  public var mirrored: Bool?
  /// By how many pixels an image is moved, up and left and then down and right, for two more judgements; nil is no.
  public var shifted: Int?
  /// What a published model came with, which then decides in place of the above; nil for a run's own.
  public var processor: ImageProcessor?

  /// The processor is written to a file of its own, `preprocessor_config.json`.
  private enum CodingKeys: String, CodingKey { case size, resize, channels, statistics, mirrored, shifted }

  public init(size: ImageSize, resize: Int, channels: Int, statistics: ChannelStatistics) {
    self.size = size
    self.resize = resize
    self.channels = channels
    self.statistics = statistics
  }

  /// What a published model's processor does, for images of its output size.
  ///
  /// - Parameter size: the size that the network expects, where the processor leaves it to the image.
  public init(_ processor: ImageProcessor, size: ImageSize) {
    let size = processor.outputSize ?? size
    let shortest = min(size.height, size.width)
    let edge = if case .shortestEdge(let length) = processor.scaling { length } else { shortest }
    let statistics = processor.pixelStatistics
    self.init(size: size, resize: edge, channels: statistics.mean.count, statistics: statistics)
    self.processor = processor
  }

  /// The transforms of evaluation and prediction. An image of the right size is only normalised.
  public var evaluation: Transforms {
    if let processor { return [processor] }
    return [Resize(.shortestEdge(resize)), CenterCrop(size), Normalize(statistics)]
  }

  /// What `model` says of images `[N, C, H, W]`: its logits, or with ``mirrored`` the mean of theirs and of their mirror
  /// images'. With ``shifted``, half of that, and a quarter of the same for the images moved either way, edges mirrored.
  public func logits(of images: Tensor, by model: (Tensor) -> Tensor) -> Tensor {
    func both(_ images: Tensor) -> Tensor {
      mirrored == true ? (model(images) + model(images.flip(3))) / 2 : model(images)
    }
    guard let shifted, shifted > 0 else { return both(images) }
    let (height, width) = (images.shape[2], images.shape[3])
    let wide = images.pad([shifted, shifted, shifted, shifted], mode: .reflect)
    func moved(_ start: Int) -> Tensor { wide[.all, .all, start..<start + height, start..<start + width] }
    return both(images) / 2 + (both(moved(0)) + both(moved(2 * shifted))) / 4
  }

  func check(in file: String) throws {
    guard (1...4096).contains(size.height), (1...4096).contains(size.width), (1...8192).contains(resize) else {
      throw RecipeError(file, "input: a size of \(size), resized to \(resize), is out of range")
    }
    guard (0..<min(size.height, size.width)).contains(shifted ?? 0) else {
      throw RecipeError(file, "input.shifted: \(shifted ?? 0) is not less than the images' \(size)")
    }
    guard [1, 3].contains(channels) else { throw RecipeError(file, "input.channels: \(channels) is neither 1 nor 3") }
    try statistics.check(channels: channels, in: file)
  }
}

extension ImageProcessor {
  /// What pixels in 0...1 are normalised with so that the numbers are the processor's.
  var pixelStatistics: ChannelStatistics {
    let share = rescaleFactor.map { $0 * 255 } ?? 255
    let statistics = self.statistics ?? ChannelStatistics(mean: [0, 0, 0], standardDeviation: [1, 1, 1])
    return ChannelStatistics(
      mean: statistics.mean.map { $0 / share }, standardDeviation: statistics.standardDeviation.map { $0 / share })
  }
}
