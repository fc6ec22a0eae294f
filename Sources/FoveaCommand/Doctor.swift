import ArgumentParser
import Fovea
import Foundation

/// `fovea doctor`: what is installed, and which kernels this machine gets.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what is installed, which devices there are, and which kernels this processor gets.")

  func run() {
    let machine = MachineDescription.current
    let precision =
      Machine.hasFastBFloat16
      ? "bf16 (this processor multiplies it in hardware)" : "fp32 (bf16 would be emulated here, and several times slower)"
    Output.table([
      ["fovea", FoveaCommand.configuration.version],
      ["processor", machine.processor],
      ["cores", "\(machine.coreCount)"],
      ["memory", machine.memory],
      ["system", machine.system],
      ["libtorch", Machine.torchVersion],
      ["vector kernels", Machine.cpuCapability],
      ["threads", "\(Machine.threadCount)"],
      ["precision 'auto'", precision],
      ["CUDA devices", "\(Device.count(of: .cuda))"],
      ["MPS devices", "\(Device.count(of: .mps))"],
      ["device 'auto'", "\(Device.auto)"],
      ["charts (gnuplot)", tool("gnuplot") ?? "missing: apt-get install gnuplot-nox, or reports have no curves"],
      ["data folder", DataFolder.root.path],
    ])
  }

  private func tool(_ name: String) -> String? {
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return paths.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
