/// The sizes of a tensor's dimensions, such as `[N, C, H, W]`.
///
/// Negative indices count from the end: `shape[-1]` is the last dimension.
public struct Shape: Sendable, Hashable, RandomAccessCollection, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The sizes, as a plain array.
  public let sizes: [Int]

  /// A shape of these sizes.
  public init(_ sizes: [Int]) { self.sizes = sizes }

  public init(arrayLiteral elements: Int...) { sizes = elements }

  public var startIndex: Int { 0 }
  public var endIndex: Int { sizes.count }

  /// The number of elements of a tensor of this shape.
  public var elementCount: Int { sizes.reduce(1, *) }

  /// The size of a dimension; -1 is the last one.
  public subscript(index: Int) -> Int {
    let position = index < 0 ? index + sizes.count : index
    if sizes.indices.contains(position) { return sizes[position] }
    // After a failure inside `withTorchErrors`, code goes on with a placeholder until the scope ends.
    if ErrorScope.hasFailed { return 1 }
    fatalError("dimension \(index) of a tensor of shape \(self), which has \(sizes.count)")
  }

  public var description: String { sizes.description }

  public static func == (shape: Shape, sizes: [Int]) -> Bool { shape.sizes == sizes }
  public static func != (shape: Shape, sizes: [Int]) -> Bool { shape.sizes != sizes }
}
