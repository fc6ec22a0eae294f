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

  private let build: @Sendable (_ classes: Int, _ inputChannels: Int, _ stem: Stem) -> any ImageClassifier

  /// A network with fresh weights.
  ///
  /// - Parameters:
  ///   - classes: as published unless given.
  ///   - inputChannels: as published unless given.
  ///   - stem: its own unless given.
  /// - Throws: ``ArchitectureError`` for numbers that are not positive, or a stem that it does not have.
  public func make(
    classes: Int? = nil, inputChannels: Int? = nil, stem: Stem? = nil
  ) throws(ArchitectureError) -> any ImageClassifier {
    let classes = classes ?? self.classes
    let inputChannels = inputChannels ?? self.inputChannels
    let stem = stem ?? stems[0]
    guard classes > 0 else { throw .notPositive(field: "classes", value: classes) }
    guard inputChannels > 0 else { throw .notPositive(field: "inputChannels", value: inputChannels) }
    guard stems.contains(stem) else { throw .noStem(stem, architecture: name, stems: stems) }
    return build(classes, inputChannels, stem)
  }

  /// The architecture of a name.
  ///
  /// - Throws: ``ArchitectureError/unknown(name:nearest:)``.
  public static func named(_ name: String) throws(ArchitectureError) -> ClassifierArchitecture {
    if let found = all.first(where: { $0.name == name }) { return found }
    throw .unknown(name: name, nearest: nearestName(to: name, in: all.map(\.name)))
  }
}

extension ClassifierArchitecture {
  /// Every classifier there is.
  public static let all: [ClassifierArchitecture] =
    [
      vgg("vgg11", .vgg11, batchNorm: false, 132_863_336),
      vgg("vgg13", .vgg13, batchNorm: false, 133_047_848),
      vgg("vgg16", .vgg16, batchNorm: false, 138_357_544),
      vgg("vgg19", .vgg19, batchNorm: false, 143_667_240),
      vgg("vgg11_bn", .vgg11, batchNorm: true, 132_868_840),
      vgg("vgg13_bn", .vgg13, batchNorm: true, 133_053_736),
      vgg("vgg16_bn", .vgg16, batchNorm: true, 138_365_992),
      vgg("vgg19_bn", .vgg19, batchNorm: true, 143_678_248),
      resnet("resnet18", .resnet18, 11_689_512),
      resnet("resnet34", .resnet34, 21_797_672),
      resnet("resnet50", .resnet50, 25_557_032),
      resnet("resnet101", .resnet101, 44_549_160),
      resnet("resnet152", .resnet152, 60_192_808),
      resnet("wide_resnet50_2", .wideResnet50x2, 68_883_240),
      resnet("wide_resnet101_2", .wideResnet101x2, 126_886_696),
      resnet("resnext50_32x4d", .resnext50x32x4d, 25_028_904),
      resnet("resnext101_32x8d", .resnext101x32x8d, 88_791_336),
      resnet("resnext101_64x4d", .resnext101x64x4d, 83_455_272),
      ClassifierArchitecture(
        name: "googlenet", classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: 6_624_904,
        stems: [.imageNet], build: { classes, channels, _ in GoogLeNet(classes: classes, inputChannels: channels) }),
      efficientNet("efficientnet_lite0", .pyTorch),
      efficientNet("tf_efficientnet_lite0", .tensorFlow),
      ClassifierArchitecture(
        name: "small_vgg", classes: 100, inputChannels: 3, inputSize: 224, parameterCount: 1_610_176,
        stems: [.imageNet], build: { classes, channels, _ in SmallVGG(classes: classes, inputChannels: channels) }),
      ClassifierArchitecture(
        name: "tiny_resnet", classes: 10, inputChannels: 1, inputSize: 28, parameterCount: 309_162,
        stems: [.cifar], build: { classes, channels, _ in TinyResNet(classes: classes, inputChannels: channels) }),
    ]

  private static func vgg(
    _ name: String, _ depth: VGG.Depth, batchNorm: Bool, _ parameterCount: Int
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: parameterCount,
      stems: [.imageNet, .cifar],
      build: { VGG(depth, batchNorm: batchNorm, classes: $0, inputChannels: $1, stem: $2) })
  }

  private static func resnet(
    _ name: String, _ variant: ResNet.Variant, _ parameterCount: Int
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: parameterCount,
      stems: [.imageNet, .cifar], build: { ResNet(variant, classes: $0, inputChannels: $1, stem: $2) })
  }

  private static func efficientNet(
    _ name: String, _ convention: EfficientNetLite0.Convention
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: 4_652_008, stems: [.imageNet],
      build: { classes, channels, _ in
        EfficientNetLite0(classes: classes, inputChannels: channels, convention: convention)
      })
  }
}
