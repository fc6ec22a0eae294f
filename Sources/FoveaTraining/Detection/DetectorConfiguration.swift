import Foundation
import FoveaData
import FoveaModels
import Torch

/// What a saved detector needs besides its weights, so that it predicts as it was evaluated: `config.json`.
public struct DetectorConfiguration: SavedConfiguration {
  /// Always `detection`, by which the folder is known for a detector's.
  public var task: VisionTask = .detection
  /// The architecture's name, such as `fasterrcnn_resnet50_fpn`.
  public var architecture: String
  /// What was chosen about it.
  public var settings: DetectorSettings
  /// The names of the classes, by index; the background is none of them.
  public var classNames: [String]
  /// How an image becomes the input.
  public var input: DetectorInput
  /// How sure an object must be to be shown.
  public var threshold: Double

  public init(
    architecture: String, settings: DetectorSettings, classNames: [String], input: DetectorInput, threshold: Double
  ) {
    self.architecture = architecture
    self.settings = settings
    self.classNames = classNames
    self.input = input
    self.threshold = threshold
  }

  public func check(in file: String) throws {
    try checkClassNames(classNames, in: file)
    try input.check(in: file)
    if let side = DetectorArchitecture.imageSide(of: architecture), input.side != side {
      throw RecipeError(
        file,
        "input: \(architecture) takes images of \(side) x \(side) pixels, and this has edges of "
          + "\(input.shortestEdge) to \(input.longestEdge); train it anew")
    }
  }

  /// The network that the configuration describes, with random weights.
  ///
  /// - Throws: `ArchitectureError` where there is no such network.
  public func makeModel() throws(ArchitectureError) -> any ObjectDetector {
    try DetectorArchitecture.named(architecture).make(classes: classNames.count, settings: settings)
  }
}

/// How an image becomes a detector's input.
public struct DetectorInput: Codable, Sendable, Equatable {
  /// What the shorter edge is resized to, unless the longer one gets too long.
  public var shortestEdge: Int
  /// The most that the longer edge may have.
  public var longestEdge: Int
  /// Whether images become squares of these edges, whatever shape they have; nil is no.
  public var isSquare: Bool?
  /// What the channels are normalised with.
  public var statistics: ChannelStatistics
  /// What a published model came with, which then decides in place of the above; nil for a run's own.
  public var processor: ImageProcessor?

  /// The processor has a file of its own, `preprocessor_config.json`.
  private enum CodingKeys: String, CodingKey { case shortestEdge, longestEdge, isSquare, statistics }

  public init(shortestEdge: Int, longestEdge: Int, statistics: ChannelStatistics) {
    self.shortestEdge = shortestEdge
    self.longestEdge = longestEdge
    self.statistics = statistics
  }

  /// For images that become squares.
  public init(side: Int, statistics: ChannelStatistics) {
    self.init(shortestEdge: side, longestEdge: side, statistics: statistics)
    isSquare = true
  }

  /// What a published model's processor does.
  public init(_ processor: ImageProcessor) {
    let limit = 8192
    let edges: (shortest: Int, longest: Int) =
      switch processor.scaling {
      case .edges(let shortest, let longest): (shortest, longest)
      case .shortestEdge(let length): (length, limit)
      case .exact(let size): (min(size.height, size.width), max(size.height, size.width))
      case nil: (limit, limit)
      }
    self.init(shortestEdge: edges.shortest, longestEdge: edges.longest, statistics: processor.pixelStatistics)
    self.processor = processor
  }

  /// The side of the squares that images become; nil where they keep their shapes.
  public var side: Int? { isSquare == true ? shortestEdge : nil }

  /// What batches are padded to: the stride of the coarsest maps. Squares need no padding, and transformers adds none.
  public var multiple: Int { side == nil && processor == nil ? 32 : 1 }

  /// The size that an image gets in evaluation and prediction.
  public var target: Resize.Target {
    side.map { .fixed(ImageSize($0)) } ?? .shortestEdge(shortestEdge, longestAtMost: longestEdge)
  }

  /// The transforms of evaluation and prediction.
  public var evaluation: Transforms {
    if let processor { return [processor] }
    return [Resize(target), Normalize(statistics)]
  }

  /// The transforms of training: every image gets one of several sizes, unless it becomes a square.
  ///
  /// - Parameter dataset: where images come from that are joined with others.
  public func training(
    _ recipe: AugmentationRecipe, _ detection: DetectionRecipe, dataset: any Dataset
  ) -> Transforms {
    var steps: [any Transform] = []
    if detection.mosaic > 0 {
      steps.append(Mosaic(of: dataset, size: longestEdge, probability: detection.mosaic))
    }
    if recipe.colorJitter > 0 {
      let share = recipe.colorJitter
      steps.append(ColorJitter(brightness: share, contrast: share, saturation: share))
    }
    if detection.photometricDistortion { steps.append(RandomPhotometricDistort()) }
    if detection.zoomOut > 0 { steps.append(RandomZoomOut(probability: detection.zoomOut, fill: 114)) }
    if detection.crop { steps.append(RandomIoUCrop()) }
    if detection.boxSafeCrop { steps.append(BoxSafeRandomCrop()) }
    steps.append(
      side == nil
        ? MultiScaleResize(shortestEdges: detection.shortestEdges, longestAtMost: longestEdge) : Resize(target))
    if recipe.flip { steps.append(RandomHorizontalFlip()) }
    steps.append(Normalize(statistics))
    return Transforms(steps)
  }

  func check(in file: String) throws {
    guard (1...8192).contains(shortestEdge), (1...8192).contains(longestEdge) else {
      throw RecipeError(file, "input: edges of \(shortestEdge) and \(longestEdge) pixels are out of range")
    }
    try statistics.check(channels: 3, in: file)
  }
}
