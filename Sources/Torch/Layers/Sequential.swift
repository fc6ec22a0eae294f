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

  public override func forward(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
}
