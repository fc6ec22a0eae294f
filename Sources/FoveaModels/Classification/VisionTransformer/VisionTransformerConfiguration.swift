// An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale.
// Alexey Dosovitskiy, Lucas Beyer, Alexander Kolesnikov, Dirk Weissenborn, Xiaohua Zhai, Thomas Unterthiner,
// Mostafa Dehghani, Matthias Minderer, Georg Heigold, Sylvain Gelly, Jakob Uszkoreit, Neil Houlsby, 2020.
// https://arxiv.org/abs/2010.11929

extension VisionTransformer {
  /// What a ``VisionTransformer`` is built of. ViT, DeiT and DINOv2 differ in these numbers only.
  ///
  /// ```swift
  /// var configuration = VisionTransformer.Configuration.tiny
  /// configuration.imageSize = 32
  /// configuration.patchSize = 4
  /// let model = VisionTransformer(configuration, classes: 10)
  /// ```
  public struct Configuration: Sendable, Hashable {
    /// The side of the images whose patches have positions of their own; at other sizes positions are interpolated.
    public var imageSize = 224
    /// The side of a patch, in pixels.
    public var patchSize = 16
    public var inputChannels = 3
    /// The numbers a token: the paper's D.
    public var width: Int
    /// The blocks, one after the other.
    public var depth: Int
    /// The heads of each attention; they divide the width.
    public var heads: Int
    /// The width inside the two linear layers of a block; 4 times the width in the papers.
    public var hiddenWidth: Int
    /// What is between these two.
    public var activation = Activation.gelu
    /// Whether queries, keys and values have a bias.
    public var hasQKVBias = true
    /// Added to the variance in layer normalisation.
    public var normEps = 1e-6
    /// DeiT's second token, which learns from a teacher, and whether there is a head that reads it.
    public var distillation = Distillation.none
    /// Further tokens that nobody reads, where attention may leave what it needs (Darcet et al., 2023).
    public var registers = 0
    /// What each branch is scaled by at first, by channel (Touvron et al., 2021); nil has no such scales.
    public var layerScale: Double?
    /// What the head reads.
    public var pooling = Pooling.classToken
    /// Whether positions are interpolated with antialiasing when an image has another size than `imageSize`. DINOv2 with
    /// registers was published with it, the others without.
    public var antialiasesPositions = false
    /// The probability of dropping a number of a token, in training.
    public var dropout = 0.0
    /// The probability of dropping a weight of attention, in training.
    public var attentionDropout = 0.0
    /// The probability of leaving the last block's branches out, in training; earlier ones' less, in proportion.
    public var dropPath = 0.0

    public init(width: Int, depth: Int, heads: Int, hiddenWidth: Int? = nil) {
      self.width = width
      self.depth = depth
      self.heads = heads
      self.hiddenWidth = hiddenWidth ?? 4 * width
    }

    /// What is between the linear layers of a block.
    public enum Activation: Sendable, Hashable {
      case gelu, geluTanh, relu, silu
    }

    /// How a network has a distillation token.
    public enum Distillation: Sendable, Hashable {
      /// Not at all.
      case none
      /// It has the token, but its logits are those of the class token alone.
      case token
      /// It has a head for it, and its logits are the mean of both.
      case tokenAndHead
    }

    /// What the head reads.
    public enum Pooling: Sendable, Hashable {
      /// The class token.
      case classToken
      /// The class token, then the mean of the patches.
      case classTokenAndMeanOfPatches
    }

    /// ViT-Ti.
    public static let tiny = Configuration(width: 192, depth: 12, heads: 3)
    /// ViT-S.
    public static let small = Configuration(width: 384, depth: 12, heads: 6)
    /// ViT-B.
    public static let base = Configuration(width: 768, depth: 12, heads: 12)
    /// ViT-L.
    public static let large = Configuration(width: 1024, depth: 24, heads: 16)

    /// The tokens before those of the patches: class, distillation, registers.
    public var prefixTokens: Int { 1 + (distillation == .none ? 0 : 1) + registers }
    /// Those of them that have a position.
    var positionedPrefixTokens: Int { prefixTokens - registers }
    /// The patches along a side of an image of `imageSize`.
    public var gridSize: Int { imageSize / patchSize }
    /// What the head reads, in numbers an image.
    public var featureWidth: Int { pooling == .classToken ? width : 2 * width }

    /// What is wrong with these numbers; nil where a network can be built of them.
    public var problem: String? {
      let positive = [
        ("imageSize", imageSize), ("patchSize", patchSize), ("inputChannels", inputChannels), ("width", width),
        ("depth", depth), ("heads", heads), ("hiddenWidth", hiddenWidth),
      ]
      if let (name, value) = positive.first(where: { $0.1 < 1 }) {
        return "\(name) is \(value), but has to be positive"
      }
      if registers < 0 { return "registers is \(registers)" }
      if width % heads != 0 { return "\(heads) heads do not divide a width of \(width)" }
      if imageSize < patchSize { return "an image of \(imageSize) pixels has no patch of \(patchSize)" }
      for (name, value) in [("dropout", dropout), ("attentionDropout", attentionDropout), ("dropPath", dropPath)]
      where !(0...1).contains(value) {
        return "\(name) is \(value), which is no probability"
      }
      return nil
    }
  }
}
