import Torch

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
        stems: [.imageNet], build: { classes, channels, _, _ in GoogLeNet(classes: classes, inputChannels: channels) }),
      efficientNet("efficientnet_lite0", .pyTorch),
      efficientNet("tf_efficientnet_lite0", .tensorFlow),
      ClassifierArchitecture(
        name: "small_vgg", classes: 100, inputChannels: 3, inputSize: 224, parameterCount: 1_610_176,
        stems: [.imageNet], build: { classes, channels, _, _ in SmallVGG(classes: classes, inputChannels: channels) }),
      ClassifierArchitecture(
        name: "tiny_resnet", classes: 10, inputChannels: 1, inputSize: 28, parameterCount: 289_738,
        stems: [.cifar], build: { classes, channels, _, _ in TinyResNet(classes: classes, inputChannels: channels) }),
      ClassifierArchitecture(
        name: "airbench94", classes: 10, inputChannels: 3, inputSize: 32, parameterCount: 1_972_792,
        stems: [.cifar], build: { classes, channels, _, _ in Airbench(classes: classes, inputChannels: channels) }),
    ] + transformers + [
      convNeXt("convnext_tiny", .tiny, 28_589_128),
      convNeXt("convnext_small", .small, 50_223_688),
      convNeXt("convnext_base", .base, 88_591_464),
      convNeXt("convnext_large", .large, 197_767_336),
    ]

  /// ViT, DeiT and DINOv2. DeiT without distillation is a ViT whose images were normalised otherwise.
  private static var transformers: [ClassifierArchitecture] {
    [
      vit("vit_tiny_patch4_32", .tiny, patch: 4, size: 32, classes: 10, 5_362_762),
      vit("vit_tiny_patch16_224", .tiny, 5_717_416),
      vit("vit_small_patch16_224", .small, 22_050_664),
      vit("vit_base_patch16_224", .base, 86_567_656),
      vit("vit_base_patch16_384", .base, size: 384, 86_859_496),
      vit("vit_base_patch32_224", .base, patch: 32, 88_224_232),
      vit("vit_large_patch16_224", .large, 304_326_632),
      vit("deit_tiny_patch16_224", .tiny, pixels: .imageNet, 5_717_416),
      vit("deit_small_patch16_224", .small, pixels: .imageNet, 22_050_664),
      vit("deit_base_patch16_224", .base, pixels: .imageNet, 86_567_656),
      vit("deit_tiny_distilled_patch16_224", .deit(.tiny), pixels: .imageNet, 5_910_800),
      vit("deit_small_distilled_patch16_224", .deit(.small), pixels: .imageNet, 22_436_432),
      vit("deit_base_distilled_patch16_224", .deit(.base), pixels: .imageNet, 87_338_192),
      vit("dinov2_small", .dinov2(.small), patch: 14, size: 518, pixels: .imageNet, 22_825_192),
      vit("dinov2_base", .dinov2(.base), patch: 14, size: 518, pixels: .imageNet, 88_116_712),
      vit("dinov2_large", .dinov2(.large), patch: 14, size: 518, pixels: .imageNet, 306_416_616),
      vit("dinov2_small_reg4", .dinov2(.small, registers: 4), patch: 14, size: 518, pixels: .imageNet, 22_826_728),
      vit("dinov2_base_reg4", .dinov2(.base, registers: 4), patch: 14, size: 518, pixels: .imageNet, 88_119_784),
    ]
  }

  private static func vgg(
    _ name: String, _ depth: VGG.Depth, batchNorm: Bool, _ parameterCount: Int
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: parameterCount,
      stems: [.imageNet, .cifar],
      build: { classes, channels, stem, _ in
        VGG(depth, batchNorm: batchNorm, classes: classes, inputChannels: channels, stem: stem)
      })
  }

  private static func resnet(
    _ name: String, _ variant: ResNet.Variant, _ parameterCount: Int
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: parameterCount,
      stems: [.imageNet, .cifar],
      build: { classes, channels, stem, _ in ResNet(variant, classes: classes, inputChannels: channels, stem: stem) })
  }

  private static func efficientNet(
    _ name: String, _ convention: EfficientNetLite0.Convention
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: 4_652_008, stems: [.imageNet],
      build: { classes, channels, _, _ in
        EfficientNetLite0(classes: classes, inputChannels: channels, convention: convention)
      })
  }

  static func vit(
    _ name: String, _ size: VisionTransformer.Configuration, patch: Int = 16, size imageSize: Int = 224,
    classes: Int = 1000, pixels: PixelNormalization = .half, _ parameterCount: Int
  ) -> ClassifierArchitecture {
    var configuration = size
    configuration.patchSize = patch
    configuration.imageSize = imageSize
    let published = configuration
    return ClassifierArchitecture(
      name: name, classes: classes, inputChannels: 3, inputSize: imageSize, parameterCount: parameterCount,
      stems: [.imageNet], pixels: pixels, transformer: published,
      build: { classes, channels, _, imageSize in
        var configuration = published
        configuration.inputChannels = channels
        configuration.imageSize = imageSize
        return VisionTransformer(configuration, classes: classes)
      })
  }

  private static func convNeXt(
    _ name: String, _ size: ConvNeXt.Configuration, _ parameterCount: Int
  ) -> ClassifierArchitecture {
    ClassifierArchitecture(
      name: name, classes: 1000, inputChannels: 3, inputSize: 224, parameterCount: parameterCount, stems: [.imageNet],
      build: { classes, channels, _, _ in
        var configuration = size
        configuration.inputChannels = channels
        return ConvNeXt(configuration, classes: classes)
      })
  }
}
