internal import CTorch

/// A reference to one libtorch tensor, given back when the last Swift value lets go of it.
final class TensorHandle {
  let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }

  deinit { ct_tensor_release(raw) }
}

/// An array of numbers in `n` dimensions, on a device, with gradients where they are asked for.
///
/// A tensor is a reference, as in PyTorch: copies of the value share the elements, and an operator whose name ends in an
/// underscore (`add_`) changes them in place for all. Every other operator returns a new tensor.
///
/// A tensor may be handed to another thread. Its elements may not be changed by two threads at once.
public struct Tensor: @unchecked Sendable {  // handles are counted atomically; see above for the contents
  let handle: TensorHandle

  var raw: OpaquePointer { handle.raw }

  /// Takes over a reference that the shim gave away.
  init(owning raw: OpaquePointer) { handle = TensorHandle(raw) }

  /// What an operator that failed inside `withTorchErrors` returns.
  static let placeholder = Tensor(zeros: [0])

  private init(zeros shape: [Int]) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 64)
    let sizes = shape.map(Int64.init)
    guard
      let raw = ct_tensor_from_blob(
        memory, sizes, Int64(sizes.count), Int32(DType.float32.rawValue), { $0?.deallocate() }, memory)
    else { fatalError(String(cString: ct_error_message())) }
    self.init(owning: raw)
  }

  /// The sizes of the dimensions.
  public var shape: Shape {
    let count = Int(ct_tensor_dim(raw))
    return Shape(
      [Int](unsafeUninitializedCapacity: count) { buffer, initialized in
        buffer.withMemoryRebound(to: Int64.self) { ct_tensor_shape(raw, $0.baseAddress) }
        initialized = count
      })
  }

  /// The number of dimensions.
  public var rank: Int { Int(ct_tensor_dim(raw)) }

  /// The number of elements.
  public var count: Int { Int(ct_tensor_count(raw)) }

  /// The type of the elements.
  ///
  /// - Precondition: it is one that ``DType`` names; complex and quantised tensors are not.
  public var dtype: DType {
    let code = Int(ct_tensor_scalar_type(raw))
    guard let dtype = DType(rawValue: code) else { fatalError("a tensor of libtorch's scalar type \(code)") }
    return dtype
  }

  /// Where the elements are.
  public var device: Device {
    var type: Int32 = 0
    var index: Int32 = 0
    ct_tensor_device(raw, &type, &index)
    guard let kind = Device.Kind(rawValue: type) else { fatalError("a tensor on libtorch's device type \(type)") }
    return Device(kind: kind, index: Int(index))
  }

  /// How many elements lie between neighbours of each dimension.
  public var strides: [Int] {
    let count = rank
    return [Int](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.withMemoryRebound(to: Int64.self) { _ = ct_tensor_strides(raw, $0.baseAddress) }
      initialized = count
    }
  }

  /// Whether the elements lie in this order without gaps.
  public func isContiguous(_ format: MemoryFormat = .contiguous) -> Bool {
    ct_tensor_is_contiguous(raw, Int32(format.rawValue)) != 0
  }

  /// Whether both are the same tensor, not only equal ones.
  public func isIdentical(to other: Tensor) -> Bool { raw == other.raw }
}
