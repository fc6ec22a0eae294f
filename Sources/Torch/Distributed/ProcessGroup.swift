internal import CTorch
import Foundation

/// Several processes, on one machine or on many, that compute together: c10d's process group, over Gloo.
///
/// ```swift
/// if let group = try ProcessGroup(fromEnvironment: ProcessInfo.processInfo.environment) {
///   try group.allReduce(sum)   // the same in every process now
/// }
/// ```
/// Every process has to call the same methods in the same order, with tensors of the same shape, type and order in memory.
/// They wait for each other; when one of them ends, the others get ``ProcessGroupError/lost(operation:message:)``.
/// Tensors are on the CPU.
public final class ProcessGroup: @unchecked Sendable {  // c10d locks it
  /// Which process this is, from 0.
  public let rank: Int
  /// How many there are.
  public let count: Int
  /// Which process of its machine this is, from 0.
  public let localRank: Int

  let raw: OpaquePointer

  /// Waits for all processes to come.
  ///
  /// - Parameter timeout: how long they wait for each other, here and in every method.
  /// - Throws: ``ProcessGroupError/notFormed(address:message:)``.
  public init(_ environment: ProcessEnvironment, timeout: Duration = .seconds(1800)) throws(ProcessGroupError) {
    (rank, count, localRank) = (environment.rank, environment.count, environment.localRank)
    let made = ct_process_group_make(
      environment.address, Int32(environment.port), Int32(rank), Int32(count), environment.opensPort ? 1 : 0,
      "fovea/\(environment.attempt)", Int64(timeout / .milliseconds(1)))
    guard let made else {
      throw .notFormed(
        address: "\(environment.address):\(environment.port)", message: String(cString: ct_error_message()))
    }
    raw = made
  }

  /// The group that a launcher's variables describe; nil where there are none, or one process only.
  ///
  /// - Throws: ``ProcessGroupError`` for variables that are missing or wrong, and as ``init(_:timeout:)`` does.
  public convenience init?(
    fromEnvironment variables: [String: String], timeout: Duration = .seconds(1800)
  ) throws(ProcessGroupError) {
    guard let environment = try ProcessEnvironment(variables) else { return nil }
    try self.init(environment, timeout: timeout)
  }

  deinit { ct_process_group_release(raw) }

  private static let launched = Result {
    try ProcessGroup(fromEnvironment: ProcessInfo.processInfo.environment)
  }

  /// The group of this process, which is made when it is first asked for; nil where it is the only one.
  public static func shared() throws -> ProcessGroup? { try launched.get() }

  /// Whether this process is the one that writes files and messages: the first of several, or the only one.
  public static func isMainProcess() throws -> Bool { try shared()?.isMain ?? true }

  /// Whether this process is the first.
  public var isMain: Bool { rank == 0 }

  /// What becomes of the tensors of all processes.
  public enum Reduction: Int32, Sendable {
    case sum = 0
    /// For floating-point tensors.
    case mean = 1
    case max = 2
  }

  /// Replaces the elements of the tensor by what is made of all processes' ones.
  public func allReduce(_ tensor: Tensor, _ reduction: Reduction = .sum) throws(ProcessGroupError) {
    try check(ct_process_group_all_reduce(raw, tensor.raw, reduction.rawValue), "all-reduce")
  }

  /// Replaces the elements of the tensor by process 0's.
  public func broadcast(_ tensor: Tensor) throws(ProcessGroupError) {
    try check(ct_process_group_broadcast(raw, tensor.raw), "broadcast")
  }

  /// Waits until all processes are here.
  public func barrier() throws(ProcessGroupError) { try check(ct_process_group_barrier(raw), "barrier") }

  private func check(_ status: Int32, _ operation: String) throws(ProcessGroupError) {
    if status != 0 { throw .lost(operation: operation, message: String(cString: ct_error_message())) }
  }
}

extension ProcessGroup {
  /// Gives the module process 0's parameters and buffers.
  public func broadcast(_ module: Module) throws(ProcessGroupError) {
    for (_, parameter) in module.namedParameters() { try broadcast(parameter.value) }
    for (_, buffer) in module.namedBuffers() { try broadcast(buffer.value) }
  }

  /// Process 0's value, in every process.
  public func broadcast<Value: Codable>(value: Value) throws -> Value {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let json = isMain ? try encoder.encode([value]) : Data()
    let size = Tensor([json.count])
    try broadcast(size)
    let bytes = isMain ? Tensor([UInt8](json)) : Tensor.zeros([size.item(Int.self)], dtype: .uint8)
    try broadcast(bytes)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode([Value].self, from: Data(bytes.array(UInt8.self)))[0]
  }

  /// The tensors of all processes, `[processes, ...]`.
  public func gather(_ tensor: Tensor) throws(ProcessGroupError) -> Tensor {
    let all = Tensor.zeros([count] + tensor.shape, dtype: tensor.dtype)
    all[rank].copy_(tensor)
    try allReduce(all)
    return all
  }

  /// The largest of all processes' numbers, place by place.
  public func maximum(_ numbers: [Int]) throws(ProcessGroupError) -> [Int] {
    let tensor = Tensor(numbers)
    try allReduce(tensor, .max)
    return tensor.array(Int.self)
  }
}
