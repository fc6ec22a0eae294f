import Foundation
import Testing

@testable import FoveaCommand

/// What `fovea notebook install` writes for Jupyter.
@Suite struct NotebookTests {
  @Test func theKernelImportsTheBuildThatInstalledIt() throws {
    let clone = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-notebook-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: clone) }
    let build = clone.appending(path: ".build/debug")
    func specification() throws -> KernelSpecification { try KernelSpecification(repository: clone, build: build) }
    func make(_ path: String) throws {
      let file = clone.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      _ = FileManager.default.createFile(atPath: file.path, contents: Data(), attributes: [.posixPermissions: 0o755])
    }
    #expect(
      "\(#expect(throws: Failure.self) { try specification() }.map { "\($0)" } ?? "")".contains(
        "notebook-kernel is missing"))
    try make("NotebookKernel/.build/release/notebook-kernel")
    try make(".build/release/libFoveaDynamic.so")
    #expect(
      "\(#expect(throws: Failure.self) { try specification() }.map { "\($0)" } ?? "")".contains("swift build -c debug"))
    try make(".build/debug/libFoveaDynamic.so")

    let folder = clone.appending(path: "kernels/swift")
    try specification().write(to: folder)
    let fields = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: "kernel.json")))
    let kernel = try #require(fields as? [String: Any])
    #expect((kernel["argv"] as? [String])?.last == "Fovea=\(build.path)")
    #expect(kernel["interrupt_mode"] as? String == "message" && kernel["language"] as? String == "swift")
  }
}
