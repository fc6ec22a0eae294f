internal import CTorch

/// Where a tensor's memory is, and where operators on it run.
public struct Device: Sendable, Hashable, CustomStringConvertible {
  /// The kind of a device. The raw values are libtorch's own codes.
  public enum Kind: Int32, Sendable, CaseIterable {
    case cpu = 0
    case cuda = 1
    case mps = 13

    /// The name that PyTorch uses: `cpu`, `cuda`, `mps`.
    public var name: String {
      switch self {
      case .cpu: "cpu"
      case .cuda: "cuda"
      case .mps: "mps"
      }
    }
  }

  /// What kind of device.
  public let kind: Kind
  /// Which one of that kind.
  public let index: Int

  init(kind: Kind, index: Int) {
    self.kind = kind
    self.index = index
  }

  /// The processor.
  public static let cpu = Device(kind: .cpu, index: -1)

  /// The fastest kind that this machine has: CUDA, then MPS, then the CPU.
  public static var auto: Device {
    for kind in [Kind.cuda, .mps] where count(of: kind) > 0 { return Device(kind: kind, index: 0) }
    return .cpu
  }

  /// How many devices of a kind this machine and this libtorch have.
  public static func count(of kind: Kind) -> Int { Int(ct_device_count(kind.rawValue)) }

  /// A device by its name: `auto`, `cpu`, `cuda`, `cuda:1` or `mps`.
  ///
  /// - Throws: ``DeviceError`` for a name that is none of these, or for a device that is not there.
  public init(_ name: String) throws(DeviceError) {
    if name == "auto" {
      self = .auto
      return
    }
    let parts = name.split(separator: ":", omittingEmptySubsequences: false)
    guard let kind = Kind.allCases.first(where: { $0.name == parts[0] }), parts.count <= 2 else {
      throw DeviceError.unknown(name)
    }
    guard let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0 else { throw DeviceError.unknown(name) }
    let count = Device.count(of: kind)
    guard index < count else { throw DeviceError.absent(name, count: count) }
    self.init(kind: kind, index: kind == .cpu ? -1 : index)
  }

  /// Waits until everything that was asked of this kind of device is done. A CPU is always done.
  public func synchronize() { _ = ct_device_synchronize(kind.rawValue) }

  public var description: String { kind == .cpu ? "cpu" : "\(kind.name):\(index)" }
}

/// Why a device cannot be had.
public enum DeviceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name is not one of a device.
  case unknown(String)
  /// There is no such device here; `count` says how many of its kind there are.
  case absent(String, count: Int)

  public var description: String {
    switch self {
    case .unknown(let name):
      "'\(name)' is not a device; write auto, cpu, cuda, cuda:N or mps"
    case .absent(let name, 0):
      "device '\(name)' is not available: this machine, or this build of libtorch, has none; use auto or cpu"
    case .absent(let name, let count):
      "device '\(name)' is not available: there are \(count), numbered from 0"
    }
  }
}
