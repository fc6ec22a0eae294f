extension Operators {
  static let select = Op<Tensor, Tensor, Int, Int>("aten::select", "int")
  static let slice = Op<Tensor, Tensor, Int, Int?, Int?, Int>("aten::slice", "Tensor")
  static let index = Op<Tensor, Tensor, [Tensor?]>("aten::index", "Tensor")
  static let indexPut = Op<Tensor, Tensor, [Tensor?], Tensor, Bool>("aten::index_put_")
  static let indexSelect = Op<Tensor, Tensor, Int, Tensor>("aten::index_select")
  static let indexAdd = Op<Tensor, Tensor, Int, Tensor, Tensor, Scalar>("aten::index_add_")
  static let gather = Op<Tensor, Tensor, Int, Tensor, Bool>("aten::gather")
  static let scatter = Op<Tensor, Tensor, Int, Tensor, Tensor>("aten::scatter_", "src")
  static let scatterValue = Op<Tensor, Tensor, Int, Tensor, Scalar>("aten::scatter_", "value")
  static let maskedFill = Op<Tensor, Tensor, Tensor, Scalar>("aten::masked_fill", "Scalar")
  static let maskedFillInPlace = Op<Tensor, Tensor, Tensor, Scalar>("aten::masked_fill_", "Scalar")
  static let maskedSelect = Op<Tensor, Tensor, Tensor>("aten::masked_select")
  static let nonzero = Op<Tensor, Tensor>("aten::nonzero")
  static let oneHot = Op<Tensor, Tensor, Int>("aten::one_hot")
}

/// One place inside a tensor's subscript.
///
/// ```swift
/// x[0]                    // the first of the first dimension
/// x[0..., -1]             // the last of the second dimension
/// x[.all, 2..<5]          // three of the second dimension
/// x[.ellipsis, .newAxis]  // another dimension at the end
/// x[mask]                 // the elements where a boolean tensor is true
/// x[indices]              // the slices that a tensor of whole numbers names
/// ```
public enum TensorIndex: Sendable, ExpressibleByIntegerLiteral {
  case at(Int)
  case slice(start: Int?, end: Int?, step: Int)
  case tensor(Tensor)
  case newDimension
  case rest

  public init(integerLiteral value: Int) { self = .at(value) }
}

/// What may stand in a tensor's subscript: numbers, ranges, tensors and ``TensorIndex``.
public protocol TensorIndexConvertible {
  /// The place that it stands for.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndexConvertible where Self == TensorIndex {
  /// The whole dimension.
  public static var all: TensorIndex { .slice(start: nil, end: nil, step: 1) }
  /// Another dimension of size 1.
  public static var newAxis: TensorIndex { .newDimension }
  /// As many whole dimensions as are left.
  public static var ellipsis: TensorIndex { .rest }
  /// Every `step`-th of a range.
  public static func every(_ step: Int, from start: Int? = nil, to end: Int? = nil) -> TensorIndex {
    .slice(start: start, end: end, step: step)
  }
}

extension TensorIndex: TensorIndexConvertible { public var tensorIndex: TensorIndex { self } }
extension Int: TensorIndexConvertible { public var tensorIndex: TensorIndex { .at(self) } }
extension Tensor: TensorIndexConvertible { public var tensorIndex: TensorIndex { .tensor(self) } }
extension Range<Int>: TensorIndexConvertible {
  public var tensorIndex: TensorIndex { .slice(start: lowerBound, end: upperBound, step: 1) }
}
extension ClosedRange<Int>: TensorIndexConvertible {
  public var tensorIndex: TensorIndex { .slice(start: lowerBound, end: end(through: upperBound), step: 1) }
}
extension PartialRangeFrom<Int>: TensorIndexConvertible {
  public var tensorIndex: TensorIndex { .slice(start: lowerBound, end: nil, step: 1) }
}
extension PartialRangeUpTo<Int>: TensorIndexConvertible {
  public var tensorIndex: TensorIndex { .slice(start: nil, end: upperBound, step: 1) }
}
extension PartialRangeThrough<Int>: TensorIndexConvertible {
  public var tensorIndex: TensorIndex { .slice(start: nil, end: end(through: upperBound), step: 1) }
}

/// The place behind the last one; -1 is the last of the dimension, behind which is nothing.
private func end(through last: Int) -> Int? { last == -1 ? nil : last + 1 }

extension Tensor {
  /// A part of the tensor; setting it changes the elements in place, also for others who share them.
  public subscript(indices: any TensorIndexConvertible...) -> Tensor {
    get {
      let (view, tensors) = resolve(indices.map(\.tensorIndex))
      return tensors.contains { $0 != nil } ? Operators.index(view, tensors) : view
    }
    nonmutating set {
      let (view, tensors) = resolve(indices.map(\.tensorIndex))
      if tensors.contains(where: { $0 != nil }) {
        _ = Operators.indexPut(view, tensors, newValue, false)
      } else {
        view.copy_(newValue)
      }
    }
  }

  /// A part of the tensor by the places along one dimension.
  public subscript(dim dim: Int, range: Range<Int>) -> Tensor {
    Operators.slice(self, dim, range.lowerBound, range.upperBound, 1)
  }

  /// Takes numbers, ranges and new axes as views; leaves tensors for libtorch's own indexing.
  private func resolve(_ indices: [TensorIndex]) -> (view: Tensor, tensors: [Tensor?]) {
    var view = self
    var tensors: [Tensor?] = []
    var dim = 0
    let named = indices.reduce(0) { count, index in
      switch index {
      case .newDimension, .rest: count
      case .tensor(let tensor) where tensor.dtype == .bool: count + tensor.rank
      default: count + 1
      }
    }
    for index in indices {
      switch index {
      case .at(let position):
        view = Operators.select(view, dim, position)
        continue
      case .slice(let start, let end, let step):
        view = Operators.slice(view, dim, start, end, step)
      case .newDimension:
        view = view.unsqueeze(dim)
      case .tensor(let tensor):
        tensors += Array(repeating: nil, count: Swift.max(0, dim - tensors.count)) + [tensor]
        dim += tensor.dtype == .bool ? tensor.rank : 1
        continue
      case .rest:
        dim += Swift.max(0, rank - named)
        continue
      }
      dim += 1
    }
    return (view, tensors)
  }

  /// The slices of a dimension that a tensor `[K]` of whole numbers names, in its order.
  public func indexSelect(dim: Int, _ indices: Tensor) -> Tensor { Operators.indexSelect(self, dim, indices) }
  /// Adds slices to those that `indices` names, in place; a slice named twice gets both.
  @discardableResult
  public func indexAdd_(dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
    Operators.indexAdd(self, dim, indices, source, 1)
  }
  /// For each place of `indices`, the element that it names along a dimension.
  public func gather(dim: Int, _ indices: Tensor) -> Tensor { Operators.gather(self, dim, indices, false) }
  /// Puts each element of `source` at the place that `indices` names along a dimension, in place.
  @discardableResult
  public func scatter_(dim: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
    Operators.scatter(self, dim, indices, source)
  }
  /// Puts a value at the places that `indices` names along a dimension, in place.
  @discardableResult
  public func scatter_(dim: Int, _ indices: Tensor, value: Scalar) -> Tensor {
    Operators.scatterValue(self, dim, indices, value)
  }
  /// A value where the mask is true, the old elements elsewhere.
  public func maskedFill(_ mask: Tensor, _ value: some ScalarConvertible) -> Tensor {
    Operators.maskedFill(self, mask, value.scalar)
  }
  /// Sets a value where the mask is true, in place.
  @discardableResult
  public func maskedFill_(_ mask: Tensor, _ value: some ScalarConvertible) -> Tensor {
    Operators.maskedFillInPlace(self, mask, value.scalar)
  }
  /// The elements where the mask is true: `[K]`.
  public func maskedSelect(_ mask: Tensor) -> Tensor { Operators.maskedSelect(self, mask) }
  /// The places of the elements that are not zero: `[K, rank]`.
  public func nonzero() -> Tensor { Operators.nonzero(self) }
  /// Whole numbers as vectors with a single 1: `[...]` gives `[..., classes]`, `int64`.
  public func oneHot(classes: Int) -> Tensor { Operators.oneHot(self, classes) }
}
