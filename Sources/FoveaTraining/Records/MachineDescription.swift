import Foundation
import Torch

/// What a run ran on: so that a number in a report can be judged, and made again.
public struct MachineDescription: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The processor's name as it gives it, such as `AMD EPYC 7B13`.
  public let processor: String
  /// How many processors the operating system shows.
  public let coreCount: Int
  /// Bytes of main memory.
  public let memory: Int
  /// The operating system's name and version.
  public let operatingSystem: String
  /// libtorch's version.
  public let torchVersion: String
  /// The vector instructions that libtorch's kernels use, such as `AVX2`.
  public let cpuCapability: String
  /// Whether bfloat16 is multiplied in hardware.
  public let hasFastBFloat16: Bool
  /// How many threads an operator may use.
  public let threadCount: Int
  /// Devices beside the processor, such as `cuda:0`.
  public let accelerators: [String]

  /// This machine.
  public static var current: MachineDescription {
    let process = ProcessInfo.processInfo
    return MachineDescription(
      processor: processorName, coreCount: process.processorCount, memory: Int(process.physicalMemory),
      operatingSystem: process.operatingSystemVersionString, torchVersion: Machine.torchVersion,
      cpuCapability: Machine.cpuCapability, hasFastBFloat16: Machine.hasFastBFloat16,
      threadCount: Machine.threadCount,
      accelerators: [Device.Kind.cuda, .mps].flatMap { kind in
        (0..<Device.count(of: kind)).map { kind == .mps ? kind.name : "\(kind.name):\($0)" }
      })
  }

  /// What to show, in order.
  public var facts: [(name: String, value: String)] {
    [
      (
        "Processor",
        "\(processor), \(coreCount) cores, \(threadCount == 1 ? "1 thread" : "\(threadCount) threads") used"
      ),
      ("Memory", memory.byteText),
      (
        "Vector instructions",
        cpuCapability + (hasFastBFloat16 ? ", bfloat16 in hardware" : ", no bfloat16 in hardware")
      ),
      ("Accelerators", accelerators.isEmpty ? "none" : accelerators.joined(separator: ", ")),
      ("libtorch", torchVersion),
      ("Operating system", operatingSystem),
    ]
  }

  public var description: String {
    let width = facts.map(\.name.count).max() ?? 0
    return facts.map { $0.name.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value }
      .joined(separator: "\n")
  }

  private static var processorName: String {
    #if os(Linux)
      // Arm's kernels name no model here; then the architecture has to do.
      let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
      let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":", maxSplits: 1).last
      if let model { return model.trimmingCharacters(in: .whitespaces) }
    #else
      var length = 0
      if sysctlbyname("machdep.cpu.brand_string", nil, &length, nil, 0) == 0, length > 0 {
        var bytes = [UInt8](repeating: 0, count: length)
        if sysctlbyname("machdep.cpu.brand_string", &bytes, &length, nil, 0) == 0 {
          return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
      }
    #endif
    #if arch(arm64)
      return "arm64"
    #else
      return "x86-64"
    #endif
  }
}
