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
  /// - Throws: ``ArchitectureError`` for numbers that are not positive, a stem that it does not have, or an image smaller
  ///   than a patch.
  public func make(
    classes: Int? = nil, inputChannels: Int? = nil, stem: Stem? = nil, imageSize: Int? = nil
  ) throws(ArchitectureError) -> any ImageClassifier {
    let classes = classes ?? self.classes
    let inputChannels = inputChannels ?? self.inputChannels
    let stem = stem ?? stems[0]
    guard classes > 0 else { throw .notPositive(field: "classes", value: classes) }
    guard inputChannels > 0 else { throw .notPositive(field: "inputChannels", value: inputChannels) }
    guard stems.contains(stem) else { throw .noStem(stem, architecture: name, stems: stems) }
    let imageSize = imageSize ?? inputSize
    guard imageSize > 0 else { throw .notPositive(field: "imageSize", value: imageSize) }
    if let patch = transformer?.patchSize, imageSize < patch {
      throw .tooSmall(imageSize: imageSize, patch: patch, architecture: name)
    }
    return build(classes, inputChannels, stem, imageSize)
  }

  /// The architecture of a name.
  ///
  /// - Throws: ``ArchitectureError/unknown(name:nearest:)``.
  public static func named(_ name: String) throws(ArchitectureError) -> ClassifierArchitecture {
    if let found = all.first(where: { $0.name == name }) { return found }
    throw .unknown(name: name, nearest: nearestName(to: name, in: all.map(\.name)))
  }
}
