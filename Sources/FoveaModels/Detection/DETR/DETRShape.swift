extension DETR {
  /// A network that differs from those of the paper, such as a published one: its ResNet and its transformer.
  public struct Shape: Codable, Sendable, Hashable {
    public var backbone: ResNet.Variant
    public var size: Size

    public init(backbone: ResNet.Variant = .resnet50, size: Size = Size()) {
      self.backbone = backbone
      self.size = size
    }

    /// Why there is no such network; nil where there is. A shape may come from a file, whose numbers may be any.
    public var problem: String? {
      let numbers: [(String, [Int], ClosedRange<Int>)] = [
        ("width", [size.width], 4...4096), ("heads", [size.heads], 1...256), ("hidden", [size.hidden], 1...65_536),
        ("encoderLayers", [size.encoderLayers], 1...100), ("decoderLayers", [size.decoderLayers], 1...100),
        ("queries", [size.queries], 1...10_000), ("blocks", backbone.blocks, 1...200),
        ("widths", backbone.widths, 1...16_384), ("stemWidth", [backbone.stemWidth], 1...4096),
      ]
      for (name, values, range) in numbers {
        if let value = values.first(where: { !range.contains($0) }) { return "\(name) of \(value) is not in \(range)" }
      }
      guard backbone.blocks.count == 4, backbone.widths.count == 4 else { return "a ResNet has four stages" }
      guard backbone.groups == 1, backbone.widthPerGroup == 64 else { return "its ResNet has no groups" }
      guard size.width.isMultiple(of: 4), size.width.isMultiple(of: size.heads) else {
        return "4 and the number of heads, \(size.heads), must divide the width, \(size.width)"
      }
      return (0...1).contains(size.dropout) ? nil : "dropout of \(size.dropout) is not in 0...1"
    }

    /// About how many numbers the parameters hold, and no more than that.
    public var parameterCount: Double {
      let (width, hidden) = (Double(size.width), Double(size.hidden))
      let encoder = 4 * width * width + 2 * width * hidden
      let decoder = 8 * width * width + 2 * width * hidden
      // The 3x3 convolutions of every block.
      let convolutions = zip(backbone.blocks, backbone.widths).reduce(0.0) { sum, stage in
        sum + 9 * Double(stage.0) * Double(stage.1) * Double(stage.1)
      }
      return Double(size.encoderLayers) * encoder + Double(size.decoderLayers) * decoder + convolutions
        + Double(size.queries) * width
    }
  }
}
