import Cells
import Foundation
import Testing

/// Which toolchains the kernel takes, and what it says of the others.
@Suite struct ToolchainTests {
  @Test(arguments: ["6.3", "6.3.1", "6.3.7"])
  func takes(version: String) throws {
    #expect(try toolchain("Swift version \(version) (swift-\(version)-RELEASE)").version == version)
  }

  @Test(arguments: [
    ("Swift version 6.2.3 (swift-6.2.3-RELEASE)", "Swift 6.2.3"), ("Swift version 6.30 (x)", "Swift 6.30"),
    ("Swift version 5.10 (x)", "Swift 5.10"), ("a compiler of another make", "Swift unknown"),
  ])
  func refusesAnotherVersion(text: String, named: String) {
    let error = #expect(throws: Toolchain.Problem.self) { try toolchain(text) }
    let description = error?.description ?? ""
    #expect(description.hasPrefix("this kernel works with Swift 6.3; "))
    #expect(description.hasSuffix(" is \(named). Put a 6.3 toolchain first in PATH."))
  }

  @Test(arguments: [("arm64-apple-macosx15.0", "arm64"), ("riscv64-unknown-linux-gnu", "riscv64")])
  func refusesAnotherMachine(triple: String, architecture: String) {
    let error = #expect(throws: Toolchain.Problem.self) {
      try toolchain("Swift version 6.3.1 (x)", triple: triple, architecture: architecture)
    }
    #expect(error?.description == "this kernel works on Linux, x86-64 and (untested) 64-bit Arm; this is \(triple)")
  }

  @Test func saysWhenThereIsNone() {
    let error = #expect(throws: Toolchain.Problem.self) { try Toolchain(compiler: "/nowhere/bin/swiftc") }
    #expect(error?.description.hasPrefix("/nowhere/bin/swift-frontend cannot be run") == true)
  }

  /// A folder with a program that says of itself what it is told to.
  private func toolchain(
    _ version: String, triple: String = "x86_64-unknown-linux-gnu", architecture: String = "x86_64"
  ) throws -> Toolchain {
    let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
    let target = "{\"triple\": \"\(triple)\", \"arch\": \"\(architecture)\"}"
    let script = "#!/bin/sh\necho '{\"compilerVersion\": \"\(version)\", \"target\": \(target)}'\n"
    let file = folder + "/bin/swift-frontend"
    try Data(script.utf8).write(to: URL(filePath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    return try Toolchain(compiler: folder + "/bin/swiftc")
  }
}
