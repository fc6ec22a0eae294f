extension Operators {
  static let reshape = Op<Tensor, Tensor, [Int]>("aten::reshape")
  static let view = Op<Tensor, Tensor, [Int]>("aten::view")
  static let viewDType = Op<Tensor, Tensor, DType>("aten::view", "dtype")
  static let flatten = Op<Tensor, Tensor, Int, Int>("aten::flatten", "using_ints")
  static let permute = Op<Tensor, Tensor, [Int]>("aten::permute")
  static let transpose = Op<Tensor, Tensor, Int, Int>("aten::transpose", "int")
  static let squeeze = Op<Tensor, Tensor>("aten::squeeze")
  static let squeezeDim = Op<Tensor, Tensor, Int>("aten::squeeze", "dim")
  static let unsqueeze = Op<Tensor, Tensor, Int>("aten::unsqueeze")
  static let expand = Op<Tensor, Tensor, [Int]>("aten::expand")
  static let tile = Op<Tensor, Tensor, [Int]>("aten::tile")
  static let repeatInterleave = Op<Tensor, Tensor, Int, Int?>("aten::repeat_interleave", "self_int")
  static let broadcastTo = Op<Tensor, Tensor, [Int]>("aten::broadcast_to")
  static let cat = Op<Tensor, [Tensor], Int>("aten::cat")
  static let stack = Op<Tensor, [Tensor], Int>("aten::stack")
  static let split = Op<[Tensor], Tensor, Int, Int>("aten::split", "Tensor")
  static let splitSizes = Op<[Tensor], Tensor, [Int], Int>("aten::split_with_sizes")
  static let chunk = Op<[Tensor], Tensor, Int, Int>("aten::chunk")
  static let unbind = Op<[Tensor], Tensor, Int>("aten::unbind", "int")
  static let flip = Op<Tensor, Tensor, [Int]>("aten::flip")
  static let roll = Op<Tensor, Tensor, [Int], [Int]>("aten::roll")
  static let rot90 = Op<Tensor, Tensor, Int, [Int]>("aten::rot90")
  static let narrow = Op<Tensor, Tensor, Int, Int, Int>("aten::narrow")
  static let asStrided = Op<Tensor, Tensor, [Int], [Int], Int?>("aten::as_strided")
  static let meshgrid = Op<[Tensor], [Tensor], String>("aten::meshgrid", "indexing")
  static let movedim = Op<Tensor, Tensor, Int, Int>("aten::movedim", "int")
}

extension Tensor {
  /// The same elements in another shape; one size may be -1, and follows from the others. Copies only where it must.
  public func reshape(_ shape: Int...) -> Tensor { Operators.reshape(self, shape) }
  /// The same elements in another shape; one size may be -1, and follows from the others. Copies only where it must.
  public func reshape(_ shape: [Int]) -> Tensor { Operators.reshape(self, shape) }
  /// The same memory in another shape; fails where it would have to copy.
  public func view(_ shape: [Int]) -> Tensor { Operators.view(self, shape) }
  /// The same memory read as another type.
  public func view(as dtype: DType) -> Tensor { Operators.viewDType(self, dtype) }
  /// Dimensions `from` to `to` rolled into one.
  public func flatten(from: Int = 0, to: Int = -1) -> Tensor { Operators.flatten(self, from, to) }
  /// The dimensions in another order.
  public func permute(_ dims: Int...) -> Tensor { Operators.permute(self, dims) }
  /// The dimensions in another order.
  public func permute(_ dims: [Int]) -> Tensor { Operators.permute(self, dims) }
  /// Two dimensions exchanged.
  public func transpose(_ first: Int, _ second: Int) -> Tensor { Operators.transpose(self, first, second) }
  /// The last two dimensions exchanged.
  public var mT: Tensor { Operators.transpose(self, -2, -1) }
  /// One dimension moved to another place; the others keep their order.
  public func moveDim(_ from: Int, to: Int) -> Tensor { Operators.movedim(self, from, to) }
  /// Without dimensions of size 1.
  public func squeeze() -> Tensor { Operators.squeeze(self) }
  /// Without one dimension, where its size is 1.
  public func squeeze(_ dim: Int) -> Tensor { Operators.squeezeDim(self, dim) }
  /// With another dimension of size 1.
  public func unsqueeze(_ dim: Int) -> Tensor { Operators.unsqueeze(self, dim) }
  /// Dimensions of size 1 repeated to a larger size, without copying; -1 keeps a size.
  public func expand(_ shape: Int...) -> Tensor { Operators.expand(self, shape) }
  /// Dimensions of size 1 repeated to a larger size, without copying; -1 keeps a size.
  public func expand(_ shape: [Int]) -> Tensor { Operators.expand(self, shape) }
  /// Broadcast to a shape, without copying.
  public func broadcast(to shape: [Int]) -> Tensor { Operators.broadcastTo(self, shape) }
  /// Copies side by side: so many along each dimension.
  public func tile(_ times: Int...) -> Tensor { Operators.tile(self, times) }
  /// Each element (or slice of a dimension) repeated on the spot: `[a, b]` becomes `[a, a, b, b]`.
  public func repeatInterleave(_ times: Int, dim: Int? = nil) -> Tensor { Operators.repeatInterleave(self, times, dim) }
  /// Tensors one after the other along a dimension that they have.
  public static func cat(_ tensors: [Tensor], dim: Int = 0) -> Tensor { Operators.cat(tensors, dim) }
  /// Tensors one after the other along a new dimension.
  public static func stack(_ tensors: [Tensor], dim: Int = 0) -> Tensor { Operators.stack(tensors, dim) }
  /// Pieces of `size` along a dimension; the last may be smaller.
  public func split(_ size: Int, dim: Int = 0) -> [Tensor] { Operators.split(self, size, dim) }
  /// Pieces of these sizes along a dimension.
  public func split(_ sizes: [Int], dim: Int = 0) -> [Tensor] { Operators.splitSizes(self, sizes, dim) }
  /// At most `count` pieces of one size along a dimension.
  public func chunk(_ count: Int, dim: Int = 0) -> [Tensor] { Operators.chunk(self, count, dim) }
  /// The slices of a dimension, without it.
  public func unbind(dim: Int = 0) -> [Tensor] { Operators.unbind(self, dim) }
  /// The order along these dimensions turned round.
  public func flip(_ dims: Int...) -> Tensor { Operators.flip(self, dims) }
  /// Shifted along a dimension; what leaves at one end enters at the other.
  public func roll(_ shift: Int, dim: Int) -> Tensor { Operators.roll(self, [shift], [dim]) }
  /// Turned by quarter turns, from the first dimension towards the second.
  public func rot90(_ turns: Int = 1, dims: (Int, Int) = (-2, -1)) -> Tensor {
    Operators.rot90(self, turns, [dims.0, dims.1])
  }
  /// `length` slices of a dimension from `start` on, without copying.
  public func narrow(dim: Int, start: Int, length: Int) -> Tensor { Operators.narrow(self, dim, start, length) }
  /// A view of the same memory with these sizes and strides, from the element at `offset` on.
  public func asStrided(_ shape: [Int], strides: [Int], offset: Int = 0) -> Tensor {
    Operators.asStrided(self, shape, strides, offset)
  }
  /// Coordinates of a grid: for axes of `n` and `m` values, two tensors `[n, m]`.
  public static func meshgrid(_ axes: [Tensor]) -> [Tensor] { Operators.meshgrid(axes, "ij") }
}
