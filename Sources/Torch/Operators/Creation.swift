internal import CTorch

extension Operators {
  static let empty = Op<Tensor, [Int], DType?, Int?, Device?>("aten::empty", "memory_format")
  static let zeros = Op<Tensor, [Int], DType?, Int?, Device?>("aten::zeros")
  static let ones = Op<Tensor, [Int], DType?, Int?, Device?>("aten::ones")
  static let full = Op<Tensor, [Int], Scalar, DType?, Int?, Device?>("aten::full")
  static let zerosLike = Op<Tensor, Tensor, DType?>("aten::zeros_like")
  static let onesLike = Op<Tensor, Tensor, DType?>("aten::ones_like")
  static let fullLike = Op<Tensor, Tensor, Scalar, DType?>("aten::full_like")
  static let emptyLike = Op<Tensor, Tensor, DType?>("aten::empty_like")
  static let arange = Op<Tensor, Scalar, Scalar, Scalar, DType?, Int?, Device?>("aten::arange", "start_step")
  static let linspace = Op<Tensor, Scalar, Scalar, Int, DType?, Int?, Device?>("aten::linspace")
  static let eye = Op<Tensor, Int, DType?, Int?, Device?>("aten::eye")
  static let toDType = Op<Tensor, Tensor, DType>("aten::to", "dtype")
  static let toDevice = Op<Tensor, Tensor, Device, DType>("aten::to", "device")
  static let clone = Op<Tensor, Tensor, MemoryFormat?>("aten::clone")
  static let contiguous = Op<Tensor, Tensor, MemoryFormat>("aten::contiguous")
  static let detach = Op<Tensor, Tensor>("aten::detach")
  static let copy = Op<Tensor, Tensor, Tensor, Bool>("aten::copy_")
}

extension Tensor {
  /// A tensor of zeros.
  public static func zeros(_ shape: [Int], dtype: DType = .default, device: Device = .cpu) -> Tensor {
    Operators.zeros(shape, dtype, nil, device)
  }

  /// A tensor of ones.
  public static func ones(_ shape: [Int], dtype: DType = .default, device: Device = .cpu) -> Tensor {
    Operators.ones(shape, dtype, nil, device)
  }

  /// A tensor of one value throughout.
  public static func full(_ shape: [Int], _ value: Scalar, dtype: DType = .default, device: Device = .cpu) -> Tensor {
    Operators.full(shape, value, dtype, nil, device)
  }

  /// A tensor whose elements have no particular value yet.
  public static func empty(_ shape: [Int], dtype: DType = .default, device: Device = .cpu) -> Tensor {
    Operators.empty(shape, dtype, nil, device)
  }

  /// Zeros in the shape, type and place of another tensor.
  public static func zeros(like other: Tensor, dtype: DType? = nil) -> Tensor { Operators.zerosLike(other, dtype) }

  /// Ones in the shape, type and place of another tensor.
  public static func ones(like other: Tensor, dtype: DType? = nil) -> Tensor { Operators.onesLike(other, dtype) }

  /// One value in the shape, type and place of another tensor.
  public static func full(like other: Tensor, _ value: Scalar, dtype: DType? = nil) -> Tensor {
    Operators.fullLike(other, value, dtype)
  }

  /// No particular value, in the shape, type and place of another tensor.
  public static func empty(like other: Tensor, dtype: DType? = nil) -> Tensor { Operators.emptyLike(other, dtype) }

  /// `[start, start + step, ...]`, up to `end` and without it.
  public static func arange(
    _ start: Scalar, _ end: Scalar, step: Scalar = 1, dtype: DType? = nil, device: Device = .cpu
  ) -> Tensor {
    Operators.arange(start, end, step, dtype, nil, device)
  }

  /// `[0, 1, ...]` as `int64`, up to `count` and without it.
  public static func arange(_ count: Int, device: Device = .cpu) -> Tensor {
    Operators.arange(0, .int(count), 1, .int64, nil, device)
  }

  /// `count` values in even steps from `start` to `end`, both included.
  public static func linspace(
    _ start: Scalar, _ end: Scalar, count: Int, dtype: DType = .default, device: Device = .cpu
  ) -> Tensor {
    Operators.linspace(start, end, count, dtype, nil, device)
  }

  /// The unit matrix `[size, size]`.
  public static func eye(_ size: Int, dtype: DType = .default, device: Device = .cpu) -> Tensor {
    Operators.eye(size, dtype, nil, device)
  }

  /// The same elements in another type; itself where it has that type already.
  public func to(_ dtype: DType) -> Tensor { Operators.toDType(self, dtype) }

  /// The same elements on another device; itself where it is there already.
  public func to(_ device: Device) -> Tensor { Operators.toDevice(self, device, dtype) }

  /// A copy that shares nothing.
  public func clone(_ format: MemoryFormat? = nil) -> Tensor { Operators.clone(self, format) }

  /// The same elements in this order in memory, without gaps; itself where they lie like that already.
  public func contiguous(_ format: MemoryFormat = .contiguous) -> Tensor { Operators.contiguous(self, format) }

  /// The same elements, cut off from the graph that made them.
  public func detach() -> Tensor { Operators.detach(self) }

  /// Copies another tensor's elements into this one, broadcast and converted, in place.
  @discardableResult
  public func copy_(_ source: Tensor) -> Tensor { Operators.copy(self, source, false) }
}
