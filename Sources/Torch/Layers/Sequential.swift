/// Layers one after the other. Their keys are their places: `0.weight`, `1.bias`.
///
/// ```swift
/// let net = Sequential(Flatten(), Linear(784, 128), ReLU(), Linear(128, 10))
/// ```
public final class Sequential: Layer {
  public private(set) var layers: [Layer]

  public override class var checkpointKeys: [String: String] { ["layers": ""] }

  public init(_ layers: [Layer]) { self.layers = layers }

  public convenience init(_ layers: Layer...) { self.init(layers) }

  /// The layer at a place. Another one may be put there, a new head for instance.
  public subscript(index: Int) -> Layer {
    get { layers[index] }
    set { layers[index] = newValue }
  }

  /// How many layers it has.
  public var count: Int { layers.count }

  public override func forward(_ x: Tensor) -> Tensor {
    PackedLayers.current == nil ? layers.reduce(x) { $1($0) } : optimizedForward(x)
  }

  /// The layers one after the other, a convolution or linear layer together with the normalisation and activation that
  /// follow it.
  private func optimizedForward(_ x: Tensor) -> Tensor {
    var x = x
    var rest = layers[...]
    func next<Wanted>(_ type: Wanted.Type) -> Wanted? {
      guard let found = rest.first as? Wanted else { return nil }
      rest.removeFirst()
      return found
    }
    while let layer = rest.popFirst() {
      switch layer {
      case let conv as Conv2d:
        let norm = next((any ChannelNorm).self)
        x = conv(x, norm: norm, activation: next((any ActivationLayer).self)?.function ?? .identity)
      case let linear as Linear: x = linear(x, activation: next((any ActivationLayer).self)?.function ?? .identity)
      default: x = layer(x)
      }
    }
    return x
  }
}
