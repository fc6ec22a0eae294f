import Torch

/// The generated captions set: scenes of coloured shapes with sentences about them. Any size, always alike for a seed; it is
/// drawn when it is asked for, and needs no file.
///
/// ```swift
/// let scenes = Scenes(count: 1000)
/// print(scenes.captions(at: 0)[0])  // "two red circles above a blue square"
/// ```
public struct Scenes: CaptionedDataset {
  public let count: Int
  public let split: Split
  /// The side of the images, in pixels.
  public let size: Int
  /// Which scenes these are. Parts of one seed do not share images.
  public let seed: UInt64

  public init(count: Int, split: Split = .train, size: Int = 64, seed: UInt64 = 0) {
    precondition(count >= 0 && size >= 16, "scenes need a count of 0 or more and a side of 16 pixels or more")
    self.count = count
    self.split = split
    self.size = size
    self.seed = seed
  }

  /// The scene at a place.
  public func scene(at index: Int) -> Scene {
    var random = source(index)
    return Scene(using: &random)
  }

  public func captions(at index: Int) -> [String] { scene(at: index).captions }

  public subscript(index: Int) -> Sample {
    get throws {
      var random = source(index)
      let scene = Scene(using: &random)
      var sample = Sample(
        image: scene.image(size: size, using: &random), index: index, name: "\(split.rawValue) scene \(index)")
      sample.captions = scene.captions
      return sample
    }
  }

  public var classNames: [String] { [] }
  public func label(at index: Int) -> Int? { nil }

  private func source(_ index: Int) -> RandomSource {
    // The place of the split takes the epoch's part, so that train, validation and test differ.
    RandomSource(seed: seed, epoch: 1 + (Split.allCases.firstIndex(of: split) ?? 0), index: index)
  }

  /// Parts for training (so many), validation and the test (a tenth each, 1,000 at most and 1 at least).
  public static func splits(count: Int = 8000, seed: UInt64 = 0) -> DataSplits {
    let part = max(1, min(1000, count / 10))
    return DataSplits(
      name: "scenes", train: Scenes(count: count, seed: seed),
      validation: Scenes(count: part, split: .validation, seed: seed),
      test: Scenes(count: part, split: .test, seed: seed))
  }
}
