import Torch

/// A classifier by its name, as recipes and the command line call it.
///
/// ```swift
/// let model = try ClassifierArchitecture.named("resnet18").make(classes: 10, stem: .cifar)
/// ```
public struct ClassifierArchitecture: Sendable {
  /// torchvision's or timm's name where it has one.
  public let name: String
  /// The classes it was published with.
  public let classes: Int
  /// The channels of images it was published with.
  public let inputChannels: Int
  /// The side of images it was published with, or is meant for.
  public let inputSize: Int
  /// The numbers in its parameters, with those classes and channels.
  public let parameterCount: Int
  /// The stems that it can have, its own first.
  public let stems: [Stem]

  /// What pixels in 0...1 were normalised with when it was published.
  public var pixels = PixelNormalization.imageNet
  /// What it is built of, where it is a vision transformer.
  var transformer: VisionTransformer.Configuration?
  let build: @Sendable (_ classes: Int, _ inputChannels: Int, _ stem: Stem, _ imageSize: Int) -> any ImageClassifier

  /// Means and standard deviations that networks are published with.
  public enum PixelNormalization: Sendable {
    /// Those of ImageNet's images.
    case imageNet
    /// 0.5 and 0.5 in every channel, which makes -1...1 of 0...1.
    case half
  }

  /// A network with fresh weights.
  ///
  /// - Parameters:
  ///   - classes: as published unless given.
  ///   - inputChannels: as published unless given.
  ///   - stem: its own unless given.
  ///   - imageSize: the side of images that a vision transformer has positions for; as published unless given. Other
  ///     networks have no positions.
  /// - Throws: ``ArchitectureError`` for numbers that are not positive or beyond all memory, a stem that it does not have, or
  ///   an image smaller than a patch.
  public func make(
    classes: Int? = nil, inputChannels: Int? = nil, stem: Stem? = nil, imageSize: Int? = nil
  ) throws(ArchitectureError) -> any ImageClassifier {
    let classes = classes ?? self.classes
    let inputChannels = inputChannels ?? self.inputChannels
    let stem = stem ?? stems[0]
    let imageSize = imageSize ?? inputSize
    for (field, value, limit) in [
      ("classes", classes, 1_000_000), ("inputChannels", inputChannels, 1024), ("imageSize", imageSize, 8192),
    ] {
      guard value > 0 else { throw .notPositive(field: field, value: value) }
      guard value <= limit else { throw .tooLarge(field: field, value: value, limit: limit) }
    }
    guard stems.contains(stem) else { throw .noStem(stem, architecture: name, stems: stems) }
    if let patch = transformer?.patchSize, imageSize < patch {
      throw .tooSmall(imageSize: imageSize, patch: patch, architecture: name)
    }
    return build(classes, inputChannels, stem, imageSize)
  }

  /// The architecture of a name: one of ``all``, or a ViT or DeiT of another patch or image size, such as
  /// `vit_tiny_patch16_384`.
  ///
  /// - Throws: ``ArchitectureError/unknown(name:nearest:)``.
  public static func named(_ name: String) throws(ArchitectureError) -> ClassifierArchitecture {
    if let found = all.first(where: { $0.name == name }) ?? transformer(named: name) { return found }
    throw .unknown(name: name, nearest: nearestName(to: name, in: all.map(\.name)))
  }
}
