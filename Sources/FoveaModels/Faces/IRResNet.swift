// ArcFace: Additive Angular Margin Loss for Deep Face Recognition.
// Jiankang Deng, Jia Guo, Niannan Xue, Stefanos Zafeiriou, 2018. https://arxiv.org/abs/1801.07698

import Torch

/// The "improved residual" network of ArcFace: it starts at full resolution, normalises before it convolves, and ends in a
/// layer that keeps where in the face a feature was found.
///
/// The published sizes see aligned faces of 112 x 112, and their keys are those of the authors' PyTorch code.
public final class IRResNet: Layer, FaceEmbedder {
  /// How deep and how wide a network is.
  public struct Variant: Sendable, Hashable {
    /// The blocks of each stage; each stage halves the resolution.
    public let blocks: [Int]
    /// The channels of each stage; the stem has those of the first.
    public let widths: [Int]

    public init(blocks: [Int], widths: [Int] = [64, 128, 256, 512]) {
      precondition(!blocks.isEmpty && blocks.count == widths.count, "every stage has blocks and a width")
      precondition((blocks + widths).allSatisfy { $0 > 0 }, "a stage's blocks and width are positive")
      self.blocks = blocks
      self.widths = widths
    }

    public static let ir18 = Variant(blocks: [2, 2, 2, 2])
    public static let ir34 = Variant(blocks: [3, 4, 6, 3])
    public static let ir50 = Variant(blocks: [3, 4, 14, 3])
    public static let ir100 = Variant(blocks: [3, 13, 30, 3])
    /// For small faces (about 56 x 48) and small sets, trained in minutes on a processor.
    public static let tiny = Variant(blocks: [1, 1, 1, 1], widths: [16, 32, 64, 128])
  }

  private let conv1: Conv2d
  private let bn1: BatchNorm2d
  private let prelu: PReLU
  private let stages: [Sequential]
  private let bn2: BatchNorm2d
  private let dropout: Dropout
  private let fc: Linear
  private let features: BatchNorm1d
  public var isNormalized = true

  /// A network with fresh weights.
  ///
  /// - Parameters:
  ///   - size: the height and width of the images, which the last layer depends on.
  ///   - dropout: the share of the last features left out in training.
  public init(
    _ variant: Variant, size: (height: Int, width: Int) = (112, 112), inputChannels: Int = 3, embeddingSize: Int = 512,
    dropout: Double = 0
  ) {
    let stem = variant.widths[0]
    conv1 = Conv2d(inputChannels, stem, kernel: 3, padding: 1, bias: false)
    bn1 = BatchNorm2d(stem)
    prelu = PReLU(channels: stem)
    var channels = stem
    stages = zip(variant.blocks, variant.widths).map { count, width in
      Sequential(
        (0..<count).map { index in
          defer { channels = width }
          return IRBlock(channels, width, stride: index == 0 ? 2 : 1)
        })
    }
    bn2 = BatchNorm2d(channels)
    self.dropout = Dropout(dropout)
    var (height, width) = size
    for _ in variant.blocks { (height, width) = ((height + 1) / 2, (width + 1) / 2) }
    fc = Linear(channels * height * width, embeddingSize)
    features = BatchNorm1d(embeddingSize)
    super.init()
    for case (_, let conv as Conv2d) in namedModules() { conv.weight.initialize(.normal(std: 0.1)) }
    // Fixed at 1: a scale of each element would only be undone by the normalisation.
    features.weight.isTrainable = false
  }

  /// `layer1.0.conv1.weight`, as published.
  public override func members() -> [(key: String, member: Member)] {
    super.members().map { key, member in
      guard key.hasPrefix("stages."), let index = Int(key.dropFirst("stages.".count)) else { return (key, member) }
      return ("layer\(index + 1)", member)
    }
  }

  public var embeddingSize: Int { fc.outputs }

  public override func forward(_ x: Tensor) -> Tensor {
    let maps = stages.reduce(prelu(bn1(conv1(x)))) { $1($0) }
    return finished(features(fc(dropout(bn2(maps)).flatten(from: 1))))
  }
}

/// Two 3x3 convolutions with a batch normalisation before, between and after, added to what goes in.
final class IRBlock: Layer {
  private let bn1: BatchNorm2d
  private let conv1: Conv2d
  private let bn2: BatchNorm2d
  private let prelu: PReLU
  private let conv2: Conv2d
  private let bn3: BatchNorm2d
  private let downsample: Sequential?

  init(_ inputs: Int, _ outputs: Int, stride: Int) {
    bn1 = BatchNorm2d(inputs)
    conv1 = Conv2d(inputs, outputs, kernel: 3, padding: 1, bias: false)
    bn2 = BatchNorm2d(outputs)
    prelu = PReLU(channels: outputs)
    conv2 = Conv2d(outputs, outputs, kernel: 3, stride: stride, padding: 1, bias: false)
    bn3 = BatchNorm2d(outputs)
    downsample =
      stride == 1 && inputs == outputs
      ? nil : Sequential(Conv2d(inputs, outputs, kernel: 1, stride: stride, bias: false), BatchNorm2d(outputs))
  }

  override func forward(_ x: Tensor) -> Tensor {
    bn3(conv2(prelu(bn2(conv1(bn1(x)))))).add_(downsample?(x) ?? x)
  }
}
