internal import CTorch

/// One call in progress: arguments go onto it, results come off it.
public struct OperatorFrame {
  let raw: OpaquePointer

  init(_ raw: OpaquePointer) { self.raw = raw }

  func tensor(_ index: Int64) -> Tensor {
    ct_take_tensor(raw, index).map(Tensor.init(owning:)) ?? .placeholder
  }

  func tensors(_ index: Int64) -> [Tensor] {
    (0..<ct_take_tensors_count(raw, index)).map { element in
      ct_take_tensors_element(raw, index, element).map(Tensor.init(owning:)) ?? .placeholder
    }
  }
}

/// A Swift value that can be an argument of an operator.
public protocol OperatorArgument {
  /// Puts the value onto the call.
  func push(onto frame: OperatorFrame)
}

/// A Swift value that can be an element of a list argument.
public protocol OperatorListElement {
  /// Puts the whole list onto the call.
  static func push(_ list: [Self], onto frame: OperatorFrame)
}

extension Tensor: OperatorArgument, OperatorListElement {
  public func push(onto frame: OperatorFrame) { ct_push_tensor(frame.raw, raw) }

  public static func push(_ list: [Tensor], onto frame: OperatorFrame) {
    list.withHandles { ct_push_tensors(frame.raw, $0, Int64(list.count)) }
  }
}

extension Int: OperatorArgument, OperatorListElement {
  public func push(onto frame: OperatorFrame) { ct_push_int(frame.raw, Int64(self)) }

  public static func push(_ list: [Int], onto frame: OperatorFrame) {
    list.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: Int64.self) { ct_push_ints(frame.raw, $0.baseAddress, Int64(list.count)) }
    }
  }
}

extension Double: OperatorArgument, OperatorListElement {
  public func push(onto frame: OperatorFrame) { ct_push_double(frame.raw, self) }

  public static func push(_ list: [Double], onto frame: OperatorFrame) {
    ct_push_doubles(frame.raw, list, Int64(list.count))
  }
}

extension Bool: OperatorArgument, OperatorListElement {
  public func push(onto frame: OperatorFrame) { ct_push_bool(frame.raw, self ? 1 : 0) }

  public static func push(_ list: [Bool], onto frame: OperatorFrame) {
    ct_push_bools(frame.raw, list.map { $0 ? 1 : 0 }, Int64(list.count))
  }
}

extension String: OperatorArgument {
  public func push(onto frame: OperatorFrame) { ct_push_string(frame.raw, self) }
}

extension DType: OperatorArgument {
  public func push(onto frame: OperatorFrame) { ct_push_int(frame.raw, Int64(rawValue)) }
}

extension MemoryFormat: OperatorArgument {
  public func push(onto frame: OperatorFrame) { ct_push_int(frame.raw, Int64(rawValue)) }
}

extension Device: OperatorArgument {
  public func push(onto frame: OperatorFrame) { ct_push_device(frame.raw, kind.rawValue, Int32(index)) }
}

extension Generator: OperatorArgument {
  public func push(onto frame: OperatorFrame) { ct_push_generator(frame.raw, raw) }
}

extension Scalar: OperatorArgument {
  public func push(onto frame: OperatorFrame) {
    switch self {
    case .int(let value): value.push(onto: frame)
    case .double(let value): value.push(onto: frame)
    case .bool(let value): value.push(onto: frame)
    }
  }
}

extension Optional: OperatorArgument where Wrapped: OperatorArgument {
  public func push(onto frame: OperatorFrame) {
    if let self { self.push(onto: frame) } else { ct_push_none(frame.raw) }
  }
}

extension Optional: OperatorListElement where Wrapped == Tensor {
  public static func push(_ list: [Tensor?], onto frame: OperatorFrame) {
    let handles = list.map { $0?.raw }
    withExtendedLifetime(list) { ct_push_tensors(frame.raw, handles, Int64(list.count)) }
  }
}

extension Array: OperatorArgument where Element: OperatorListElement {
  public func push(onto frame: OperatorFrame) { Element.push(self, onto: frame) }
}

extension [Tensor] {
  /// The handles, for as long as `body` runs.
  func withHandles<Result>(_ body: (UnsafePointer<OpaquePointer?>) -> Result) -> Result {
    let handles: [OpaquePointer?] = map(\.raw)
    return withExtendedLifetime(self) {
      handles.withUnsafeBufferPointer { buffer in
        // An empty array may have no address, which C would take for a missing list.
        if let address = buffer.baseAddress { return body(address) }
        var nothing: OpaquePointer?
        return withUnsafePointer(to: &nothing, body)
      }
    }
  }
}
