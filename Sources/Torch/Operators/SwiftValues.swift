internal import CTorch
import Foundation

// Between tensors and Swift's own numbers and arrays.

extension Tensor {
  /// A tensor with an array's elements, in the order of `shape` (one dimension unless given).
  ///
  /// - Precondition: the shape has as many elements as the array.
  @_disfavoredOverload
  public init<Element: TensorElement>(_ elements: [Element], shape: [Int]? = nil) {
    let shape = shape ?? [elements.count]
    self = elements.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: Element.dtype) }
  }

  // Literals prefer these two: `Tensor([1, 2])` is `int64`, and `Tensor([1.0, 2])` is `float32`, as in PyTorch.

  /// A `float32` tensor with an array's elements.
  public init(_ elements: [Float], shape: [Int]? = nil) {
    let shape = shape ?? [elements.count]
    self = elements.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: .float32) }
  }

  /// An `int64` tensor with an array's elements.
  public init(_ elements: [Int], shape: [Int]? = nil) {
    let shape = shape ?? [elements.count]
    self = elements.withUnsafeBytes { Tensor(copying: $0, shape: shape, dtype: .int64) }
  }

  /// A tensor without dimensions, of one element.
  public init<Element: TensorElement>(_ value: Element) { self.init([value], shape: []) }

  /// A tensor `[rows, columns]`.
  ///
  /// - Precondition: the rows are equally long.
  @_disfavoredOverload
  public init<Element: TensorElement>(rows: [[Element]]) { self.init(elementsOf: rows) }

  private init<Element: TensorElement>(elementsOf rows: [[Element]]) {
    let width = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == width }, "the rows of a tensor must be equally long")
    self.init(Array(rows.joined()), shape: [rows.count, width])
  }

  /// A `float32` tensor `[rows, columns]`.
  ///
  /// - Precondition: the rows are equally long.
  public init(rows: [[Float]]) { self.init(elementsOf: rows) }

  /// An `int64` tensor `[rows, columns]`.
  ///
  /// - Precondition: the rows are equally long.
  public init(rows: [[Int]]) { self.init(elementsOf: rows) }

  /// A tensor with a copy of raw memory.
  ///
  /// - Precondition: the memory holds just the elements that the shape asks for.
  public init(copying bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
    let wanted = shape.reduce(dtype.byteCount, *)
    precondition(bytes.count == wanted, "\(bytes.count) bytes for a \(dtype) tensor \(shape), which takes \(wanted)")
    self = Tensor.empty(shape, dtype: dtype)
    if wanted > 0, let source = bytes.baseAddress, let target = ct_tensor_data(raw) {
      target.copyMemory(from: source, byteCount: wanted)
    }
  }

  /// A tensor over memory that `owner` keeps alive, without copying it.
  public init(borrowing memory: UnsafeMutableRawPointer, shape: [Int], dtype: DType, keepingAlive owner: AnyObject) {
    let sizes = shape.map(Int64.init)
    let context = Unmanaged.passRetained(owner).toOpaque()
    let raw = ct_tensor_from_blob(
      memory, sizes, Int64(sizes.count), Int32(dtype.rawValue),
      { if let context = $0 { Unmanaged<AnyObject>.fromOpaque(context).release() } }, context)
    guard let raw else { fatalError(String(cString: ct_error_message())) }
    self.init(owning: raw)
  }

  /// The elements, row by row, converted to a Swift type.
  public func array<Element: TensorElement>(_ type: Element.Type = Element.self) -> [Element] {
    let values = detach().to(.cpu).to(Element.dtype).contiguous()
    let count = values.count
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0, let source = ct_tensor_data(values.raw) {
        UnsafeMutableRawBufferPointer(buffer).baseAddress?
          .copyMemory(from: source, byteCount: count * MemoryLayout<Element>.stride)
      }
      initialized = count
    }
  }

  /// The only element, converted to a Swift type.
  ///
  /// - Precondition: there is just one.
  public func item<Element: TensorElement>(_ type: Element.Type = Element.self) -> Element {
    if let only = array(type).first, count == 1 { return only }
    guard ErrorScope.hasFailed else { fatalError("item() of a tensor \(shape), which has \(count) elements") }
    return Tensor.zeros([1], dtype: Element.dtype).array(type)[0]
  }

  /// Lends the elements' memory for as long as `body` runs; a tensor that is elsewhere or has gaps is copied first.
  public func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    let values = detach().to(.cpu).contiguous()
    return try withExtendedLifetime(values) {
      try body(UnsafeRawBufferPointer(start: ct_tensor_data(values.raw), count: values.count * values.dtype.byteCount))
    }
  }

  /// Lends the memory of a contiguous CPU tensor for writing.
  ///
  /// - Precondition: the tensor is on the CPU and contiguous.
  public func withUnsafeMutableBytes<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    precondition(
      device == .cpu && isContiguous(), "memory can be lent for writing only where it has no gaps, on the CPU")
    return try withExtendedLifetime(self) {
      try body(UnsafeMutableRawBufferPointer(start: ct_tensor_data(raw), count: count * dtype.byteCount))
    }
  }
}

extension Tensor: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
  public init(floatLiteral value: Double) { self.init(Float(value)) }
  public init(integerLiteral value: Int) { self.init(value) }
}

extension Int {
  /// The only element of a tensor.
  public init(_ tensor: Tensor) { self = tensor.item() }
}

extension Float {
  /// The only element of a tensor.
  public init(_ tensor: Tensor) { self = tensor.item() }
}

extension Double {
  /// The only element of a tensor.
  public init(_ tensor: Tensor) { self = tensor.item() }
}

extension Bool {
  /// The only element of a tensor.
  public init(_ tensor: Tensor) { self = tensor.item() }
}
