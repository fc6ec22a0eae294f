// A ConvNet for the 2020s.
// Zhuang Liu, Hanzi Mao, Chao-Yuan Wu, Christoph Feichtenhofer, Trevor Darrell, Saining Xie, 2022.
// https://arxiv.org/abs/2201.03545
//
// Names of parameters as in timm.

import Torch

/// ConvNeXt: a convolutional network with the habits of transformers.
public final class ConvNeXt: Layer, ImageClassifier {
  /// What a ``ConvNeXt`` is built of.
  public struct Configuration: Sendable, Hashable {
    /// The blocks of each stage.
    public var depths: [Int]
    /// The channels of each stage.
    public var widths: [Int]
    public var inputChannels = 3
    /// The side of the patches that the first convolution makes one pixel of.
    public var patchSize = 4
    /// What each branch is scaled by at first, by channel.
    public var layerScale = 1e-6
    /// Added to the variance in the normalisation before the head; everywhere else it is 1e-6.
    public var headNormEps = 1e-6
    /// The probability of leaving the last block out, in training; earlier ones less, in proportion.
    public var dropPath = 0.0

    public init(depths: [Int], widths: [Int]) {
      self.depths = depths
      self.widths = widths
    }

    public static let tiny = Configuration(depths: [3, 3, 9, 3], widths: [96, 192, 384, 768])
    public static let small = Configuration(depths: [3, 3, 27, 3], widths: [96, 192, 384, 768])
    public static let base = Configuration(depths: [3, 3, 27, 3], widths: [128, 256, 512, 1024])
    public static let large = Configuration(depths: [3, 3, 27, 3], widths: [192, 384, 768, 1536])

    /// What is wrong with these numbers; nil where a network can be built of them.
    public var problem: String? {
      if depths.isEmpty || depths.count != widths.count { return "\(depths.count) depths for \(widths.count) widths" }
      if let odd = (depths + widths + [inputChannels, patchSize]).first(where: { $0 < 1 }) {
        return "\(odd) among the depths, widths, channels and the patch, which have to be positive"
      }
      return (0...1).contains(dropPath) ? nil : "dropPath is \(dropPath), which is no probability"
    }
  }

  let stem: Sequential
  let stages: [ConvNeXtStage]
  private let headModule: ConvNeXtHead

  public var usesGradientCheckpointing = false

  /// What it was built of.
  public let configuration: Configuration

  public override class var checkpointKeys: [String: String] { ["headModule": "head"] }

  /// A network with fresh weights, drawn as timm does.
  ///
  /// - Precondition: the configuration has no ``Configuration/problem``.
  public init(_ configuration: Configuration, classes: Int = 1000) {
    if let problem = configuration.problem { preconditionFailure(problem) }
    self.configuration = configuration
    let widths = configuration.widths
    stem = Sequential(
      Conv2d(configuration.inputChannels, widths[0], kernel: configuration.patchSize, stride: configuration.patchSize),
      LayerNorm2d(widths[0]))
    let last = Double(max(configuration.depths.reduce(0, +) - 1, 1))
    var place = 0
    var built: [ConvNeXtStage] = []
    for (index, depth) in configuration.depths.enumerated() {
      let rates = (place..<(place + depth)).map { configuration.dropPath * Double($0) / last }
      built.append(
        ConvNeXtStage(
          from: index == 0 ? nil : widths[index - 1], to: widths[index], dropPaths: rates,
          layerScale: configuration.layerScale))
      place += depth
    }
    stages = built
    headModule = ConvNeXtHead(widths[widths.count - 1], classes: classes, eps: configuration.headNormEps)
    super.init()
    for (_, module) in namedModules() {
      switch module {
      case let conv as Conv2d:
        conv.weight.initialize(.truncatedNormal(std: 0.02))
        conv.bias?.initialize(.constant(0))
      case let linear as Linear:
        linear.weight.initialize(.truncatedNormal(std: 0.02))
        linear.bias?.initialize(.constant(0))
      default: break
      }
    }
  }

  public var head: Linear {
    get { headModule.fc }
    set { headModule.fc = newValue }
  }

  /// The feature maps after each stage, the finest first: what detectors build on.
  public func featureMaps(_ x: Tensor) -> [Tensor] {
    var x = stem(x)
    return stages.map { stage in
      x = run(stage.blocks, on: stage.downsample?(x) ?? x)
      return x
    }
  }

  /// What the head's last layer reads: an embedding of each image, `[N, width]`.
  public func features(_ x: Tensor) -> Tensor { headModule.pooled(featureMaps(x)[stages.count - 1]) }

  public override func forward(_ x: Tensor) -> Tensor { headModule.fc(features(x)) }
}

/// The mean over the image, normalised, and a linear layer.
private final class ConvNeXtHead: Module {
  let norm: LayerNorm2d
  var fc: Linear

  init(_ width: Int, classes: Int, eps: Double) {
    norm = LayerNorm2d(width, eps: eps)
    fc = Linear(width, classes)
  }

  func pooled(_ x: Tensor) -> Tensor { norm(x.mean(dims: [2, 3], keepDim: true)).flatten(from: 1) }
}
