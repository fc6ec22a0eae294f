internal import CTorch

/// The type of a tensor's elements. The raw values are libtorch's own codes.
public enum DType: Int, Sendable, Hashable, CaseIterable {
  case uint8 = 0
  case int8 = 1
  case int16 = 2
  case int32 = 3
  case int64 = 4
  case float16 = 5
  case float32 = 6
  case float64 = 7
  case bool = 11
  case bfloat16 = 15

  /// Whether gradients can flow through it.
  public var isFloatingPoint: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64: true
    default: false
    }
  }

  /// The type of tensors that are made without naming one: float32, unless set to another floating-point type.
  public static var `default`: DType {
    get { DType(rawValue: Int(ct_default_scalar_type())) ?? .float32 }
    set {
      if ct_set_default_scalar_type(Int32(newValue.rawValue)) != 0 {
        ErrorScope.report(String(cString: ct_error_message()), in: "DType.default")
      }
    }
  }

  /// Bytes an element.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .int16, .float16, .bfloat16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }
}

/// How the elements of a `[N, C, H, W]` tensor lie in memory. The raw values are libtorch's own codes.
public enum MemoryFormat: Int, Sendable {
  /// Row by row, channel by channel.
  case contiguous = 0
  /// As the tensor that an operator was given.
  case preserve = 1
  /// The channels of a pixel beside each other (NHWC in memory, NCHW in shape): what convolutions on a CPU prefer.
  case channelsLast = 2
}

/// A Swift type that can be an element of a tensor.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The tensor's type for it.
  static var dtype: DType { get }
}

extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension Int8: TensorElement { public static var dtype: DType { .int8 } }
extension Int16: TensorElement { public static var dtype: DType { .int16 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension Int: TensorElement { public static var dtype: DType { .int64 } }
extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }
