import Foundation
import Kernel
import Testing

@Suite struct BuiltPackageTests {
  @Test func findsTheSupportModule() throws {
    let package = try BuiltPackage(name: "NotebookSupport", path: Installation.own)
    #expect(package.library.hasSuffix("libNotebookSupport.so"))
    #expect(package.imports.first == "-I")
  }

  @Test func saysWhatIsMissing() throws {
    #expect(throws: KernelProblem.self) { try BuiltPackage(name: "Nothing", path: "/nowhere") }
    let error = #expect(throws: KernelProblem.self) { try BuiltPackage(name: "Nothing", path: Installation.own) }
    #expect(error?.description.contains("type: .dynamic") == true)
  }

  @Test func survivesAnotherDescription() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("{}".utf8).write(to: URL(filePath: folder + "/description.json"))
    try Data().write(to: URL(filePath: folder + "/libA.so"))
    #expect(throws: KernelProblem.self) { try BuiltPackage(name: "A", path: folder) }
  }
}
