import Foundation

/// The Swift toolchain that compiles the cells.
package struct Toolchain: Sendable {
  /// The folder with `bin` and `lib` in it (`/opt/swift/usr`).
  package var root: String
  /// `x86_64-unknown-linux-gnu`.
  package var triple: String
  /// `x86_64`, as in the names of folders.
  package var architecture: String
  /// `6.3.1`.
  package var version: String

  package var frontend: String { root + "/bin/swift-frontend" }
  package var libraries: String { root + "/lib/swift/linux" }
  package var startFile: String { libraries + "/\(architecture)/swiftrt.o" }

  /// Why no toolchain can be used.
  package struct Problem: Error, CustomStringConvertible {
    package var description: String
  }

  /// The toolchain whose `swiftc` is at this path, or is found in `PATH`.
  ///
  /// - Throws: ``Problem`` if there is none, or one that the kernel does not know.
  package init(compiler: String? = nil) throws {
    guard let compiler = compiler ?? Self.find("swiftc") else {
      throw Problem(description: "swiftc is not in PATH: install Swift 6.3 from https://swift.org/install")
    }
    let resolved = URL(filePath: compiler).resolvingSymlinksInPath()
    root = resolved.deletingLastPathComponent().deletingLastPathComponent().path
    let process = Process()
    process.executableURL = URL(filePath: root + "/bin/swift-frontend")
    process.arguments = ["-print-target-info"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { throw Problem(description: "\(root)/bin/swift-frontend cannot be run: \(error)") }
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard let info = try? JSONDecoder().decode(TargetInfo.self, from: output) else {
      throw Problem(description: "\(root)/bin/swift-frontend does not say what it compiles for")
    }
    triple = info.target.triple
    architecture = info.target.arch
    version = info.compilerVersion.firstMatch(of: /Swift version ([0-9.]+)/).map { String($0.1) } ?? "unknown"
    try check()
  }

  private struct TargetInfo: Decodable {
    struct Target: Decodable {
      var triple: String
      var arch: String
    }
    var compilerVersion: String
    var target: Target
  }

  /// The kernel relies on options of the compiler and hooks of its runtime that are not the same in every version.
  private func check() throws {
    guard version == "6.3" || version.hasPrefix("6.3.") else {
      throw Problem(
        description: "this kernel works with Swift 6.3; \(root) is Swift \(version). Put a 6.3 toolchain first in PATH."
      )
    }
    guard triple.contains("linux"), ["x86_64", "aarch64"].contains(architecture) else {
      throw Problem(description: "this kernel works on Linux, x86-64 and (untested) 64-bit Arm; this is \(triple)")
    }
  }

  /// The path of a program.
  package static func find(_ name: String) -> String? {
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return paths.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
