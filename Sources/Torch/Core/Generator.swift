internal import CTorch

/// A source of random numbers with a state of its own, which can be saved and restored.
///
/// Two generators with the same seed give the same numbers. `Generator.default(for:)` is the one that operators use when
/// they are given none (`dropout`, for instance, always does).
public final class Generator: @unchecked Sendable {  // libtorch locks it
  let raw: OpaquePointer

  private init(owning raw: OpaquePointer?) {
    guard let raw else { fatalError(String(cString: ct_error_message())) }
    self.raw = raw
  }

  deinit { ct_generator_release(raw) }

  /// A new generator.
  public convenience init(seed: UInt64, device: Device = .cpu) {
    self.init(owning: ct_generator_make(device.kind.rawValue, Int32(device.index), seed))
  }

  /// The generator that operators on this device use when they are given none.
  public static func `default`(for device: Device = .cpu) -> Generator {
    Generator(owning: ct_generator_default(device.kind.rawValue, Int32(device.index)))
  }

  /// The seed that it was started from. Setting it starts the sequence anew.
  public var seed: UInt64 {
    get { ct_generator_seed(raw) }
    set { _ = ct_generator_set_seed(raw, newValue) }
  }

  /// Where in its sequence it is: a `uint8` tensor, to be saved with a checkpoint.
  public var state: Tensor {
    guard let raw = ct_generator_state(raw) else { fatalError(String(cString: ct_error_message())) }
    return Tensor(owning: raw)
  }

  /// Goes on from a saved state.
  ///
  /// - Throws: ``TorchError`` for bytes that are no state of this kind of generator.
  public func restore(_ state: Tensor) throws {
    guard ct_generator_set_state(raw, state.raw) == 0 else {
      throw TorchError(operation: "Generator.restore", message: String(cString: ct_error_message()))
    }
  }
}

/// Seeds the default generators of the CPU and of every accelerator.
public func seedAll(_ seed: UInt64) {
  Generator.default().seed = seed
  for kind in [Device.Kind.cuda, .mps] {
    for index in 0..<Device.count(of: kind) { Generator.default(for: Device(kind: kind, index: index)).seed = seed }
  }
}
