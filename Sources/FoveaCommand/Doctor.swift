import ArgumentParser
import Foundation
import Fovea

/// `fovea doctor`: what is installed, and which kernels this machine gets.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is installed, which devices there are, and which kernels this processor gets.")

  func run() {
    let precision = Machine.hasFastBFloat16 ? "bf16" : "fp32, as bf16 would be emulated and several times slower"
    let facts =
      [("fovea", FoveaCommand.configuration.version)] + MachineDescription.current.facts + [
        ("Precision 'auto'", precision),
        ("Linear layers", linearLayers),
        ("Convolutions", convolutions),
        ("Memory cache", memoryCache),
        ("Device 'auto'", "\(Device.auto)"),
        ("Charts", tool("gnuplot") ?? "gnuplot is missing: apt-get install gnuplot-nox, or reports have no curves"),
        ("Data folder", DataFolder.root.path),
      ]
    Output.table(facts.map { [$0.0, $0.1] })
  }

  private var linearLayers: String {
    let speeds = LinearKernel.allCases.map { "\($0.rawValue) \(Int($0.measuredSpeed())) GFLOP/s" }
    return "\(LinearKernel.current.rawValue) (\(speeds.joined(separator: ", "))); FOVEA_LINEAR=NAME takes another"
  }

  private var convolutions: String {
    let types = [DType.float32, .bfloat16].filter { Machine.hasOwnConvolutions(in: $0) }
    guard !types.isEmpty else { return "oneDNN's" }
    let names = types.map { "\($0)" }.joined(separator: " and ")
    return "in \(names) 3x3 with fewer multiplications (Winograd); FOVEA_CONVOLUTION=libtorch takes oneDNN's"
  }

  private var memoryCache: String {
    CPUMemory.isCached
      ? "keeps up to \(CPUMemory.cacheLimit >> 20) MiB for the next tensors; FOVEA_CPU_CACHE=MIB, or =off, changes that"
      : "off, by FOVEA_CPU_CACHE; libtorch's own allocator is used"
  }

  private func tool(_ name: String) -> String? {
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return paths.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
