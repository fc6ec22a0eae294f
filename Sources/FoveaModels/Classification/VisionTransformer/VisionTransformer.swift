// An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale (Dosovitskiy et al., 2020), with what DeiT
// and DINOv2 add to it: see DeiT.swift and DINOv2.swift. Names of parameters as in timm.

import Torch

/// A transformer over the patches of an image: ViT, DeiT and DINOv2.
///
/// Images may have any size of at least one patch: positions are interpolated where it is not the configuration's.
///
/// ```swift
/// let model = VisionTransformer(.base, classes: 10)
/// let logits = model(images)                      // [N, 10]
/// let inside = model.details(of: images)          // attentions, hidden states, features
/// ```
public final class VisionTransformer: Layer, ImageClassifier {
  let clsToken: Parameter
  let regToken: Parameter?
  let posEmbed: Parameter
  let distToken: Parameter?
  let patchEmbed: PatchEmbedding
  let blocks: [TransformerBlock]
  let norm: LayerNorm
  /// The last layer: from ``features(_:)`` to logits.
  public var head: Linear
  /// The layer that reads the distillation token; nil where nothing does.
  public private(set) var headDist: Linear?

  public var usesGradientCheckpointing = false

  /// What it was built of.
  public let configuration: Configuration

  /// A network with fresh weights, drawn as timm does.
  ///
  /// - Precondition: the configuration has no ``Configuration/problem``.
  public init(_ configuration: Configuration, classes: Int = 1000) {
    if let problem = configuration.problem { preconditionFailure(problem) }
    self.configuration = configuration
    let width = configuration.width
    clsToken = Parameter([1, 1, width], .normal(std: 1e-6))
    regToken =
      configuration.registers > 0 ? Parameter([1, configuration.registers, width], .normal(std: 1e-6)) : nil
    let positions = configuration.gridSize * configuration.gridSize + configuration.positionedPrefixTokens
    posEmbed = Parameter([1, positions, width], .truncatedNormal(std: 0.02))
    distToken = configuration.distillation == .none ? nil : Parameter([1, 1, width], .truncatedNormal(std: 0.02))
    patchEmbed = PatchEmbedding(configuration.inputChannels, width, patch: configuration.patchSize)
    let last = Double(max(configuration.depth - 1, 1))
    blocks = (0..<configuration.depth).map {
      TransformerBlock(configuration, dropPath: configuration.dropPath * Double($0) / last)
    }
    norm = LayerNorm(width, eps: configuration.normEps)
    head = Linear(configuration.featureWidth, classes)
    headDist = configuration.distillation == .tokenAndHead ? Linear(width, classes) : nil
    super.init()
    for case (_, let linear as Linear) in namedModules() {
      linear.weight.initialize(.truncatedNormal(std: 0.02))
      linear.bias?.initialize(.constant(0))
    }
  }

  public override func forward(_ x: Tensor) -> Tensor { logits(ofTokens: tokens(x)) }

  /// The tokens after the last block, normalised: `[N, T, width]`, class, distillation and registers first, then the
  /// patches row by row. transformers calls it the last hidden state.
  public func tokens(_ images: Tensor) -> Tensor { norm(run(blocks, on: embedded(images))) }

  /// What the head reads: an embedding of each image, `[N, featureWidth]`.
  public func features(_ images: Tensor) -> Tensor { features(ofTokens: tokens(images)) }

  /// Everything that happens on the way to the logits.
  ///
  /// It computes attention in a way that keeps its weights, which takes more memory and time than ``forward(_:)``.
  public func details(of images: Tensor) -> Details {
    var x = embedded(images)
    var hiddenStates = [x]
    var attentions: [Tensor] = []
    for block in blocks {
      let (output, attention) = block.withAttention(x)
      x = output
      hiddenStates.append(x)
      attentions.append(attention)
    }
    let tokens = norm(x)
    let patch = configuration.patchSize
    return Details(
      logits: logits(ofTokens: tokens), features: features(ofTokens: tokens), tokens: tokens,
      hiddenStates: hiddenStates, attentions: attentions, prefixTokens: configuration.prefixTokens,
      rows: images.shape[2] / patch, columns: images.shape[3] / patch)
  }

  /// What a ``VisionTransformer`` computes on the way from images to logits.
  public struct Details {
    /// `[N, classes]`.
    public let logits: Tensor
    /// What the head reads, `[N, featureWidth]`.
    public let features: Tensor
    /// The normalised tokens after the last block, `[N, T, width]`.
    public let tokens: Tensor
    /// The tokens before the first block and after each: one more than there are blocks, each `[N, T, width]`.
    public let hiddenStates: [Tensor]
    /// The weights of each block's attention, `[N, heads, T, T]`; each row adds up to 1.
    public let attentions: [Tensor]
    /// The tokens that come before those of patches.
    public let prefixTokens: Int
    /// The rows of patches.
    public let rows: Int
    /// The columns of patches.
    public let columns: Int
  }

  /// Images `[N, C, H, W]` as tokens with their positions, `[N, T, width]`.
  private func embedded(_ images: Tensor) -> Tensor {
    let patch = configuration.patchSize
    precondition(
      images.shape[2] >= patch && images.shape[3] >= patch,
      "an image of \(images.shape) has no patch of \(patch) pixels")
    let count = images.shape[0]
    let positioned = configuration.positionedPrefixTokens
    let positions = PositionEmbedding.resample(
      posEmbed.value, prefix: positioned, rows: images.shape[2] / patch, columns: images.shape[3] / patch,
      antialias: configuration.antialiasesPositions)
    let prefix = [clsToken, distToken].compactMap { $0?.value.expand(count, -1, -1) }
    var x = Tensor.cat(prefix + [patchEmbed(images)], dim: 1) + positions
    if let regToken {
      x = Tensor.cat(
        [x[.all, ..<positioned], regToken.value.expand(count, -1, -1), x[.all, positioned...]], dim: 1)
    }
    return x.dropout(configuration.dropout, isTraining: isTraining)
  }

  private func features(ofTokens tokens: Tensor) -> Tensor {
    switch configuration.pooling {
    case .classToken: tokens[.all, 0]
    case .classTokenAndMeanOfPatches:
      Tensor.cat([tokens[.all, 0], tokens[.all, configuration.prefixTokens...].mean(dims: [1])], dim: 1)
    }
  }

  private func logits(ofTokens tokens: Tensor) -> Tensor {
    let logits = head(features(ofTokens: tokens))
    guard let headDist else { return logits }
    return (logits + headDist(tokens[.all, 1])) / 2
  }

  public var heads: [Linear] { headDist.map { [head, $0] } ?? [head] }

  public func replaceHead(classes: Int) {
    head = head.fresh(outputs: classes)
    headDist = headDist?.fresh(outputs: classes)
  }
}

/// Patches of an image as tokens: `[N, C, H, W]` to `[N, rows · columns, width]`. What is left at the edges is cut off.
final class PatchEmbedding: Layer {
  let proj: Conv2d

  init(_ inputs: Int, _ width: Int, patch: Int) { proj = Conv2d(inputs, width, kernel: patch, stride: patch) }

  override func forward(_ x: Tensor) -> Tensor { proj(x).flatten(from: 2).transpose(1, 2) }
}
