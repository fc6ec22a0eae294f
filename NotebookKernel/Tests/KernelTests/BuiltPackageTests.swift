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

  @Test func namesTheCommandThatBuildsIt() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(".library(name: \"ADynamic\", type: .dynamic, targets: [\"A\"])".utf8)
      .write(to: URL(filePath: folder + "/Package.swift"))
    let error = #expect(throws: KernelProblem.self) { try BuiltPackage(name: "A", path: folder) }
    #expect(
      error?.description.hasSuffix(": run `swift build -c release --product ADynamic` in \(folder)") == true)
  }

  @Test func aLibraryThatCannotBeLoadedFailsTheCell() throws {
    let folder = try packageFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let notebook = try Notebook(packages: [BuiltPackage(name: "A", path: folder)])
    for _ in 0..<2 {
      let message = try #require(notebook.run("1 + 1").failure).message
      #expect(message.contains("A cannot be loaded") && message.contains("file too short"))
      #expect(message.contains("swift build -c release --product ADynamic"))
    }
    // Built at last: any library will do.
    try FileManager.default.removeItem(atPath: folder + "/libA.so")
    try FileManager.default.copyItem(atPath: Installation.own + "/libNotebookSupport.so", toPath: folder + "/libA.so")
    #expect(notebook.run("1 + 1").value == "2")
  }

  @Test func aLibraryFromBeforeItsModuleIsRefused() throws {
    let folder = try packageFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try BuiltPackage(name: "A", path: folder)
    let library = folder + "/libA.so"
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: library)
    let error = #expect(throws: KernelProblem.self) { try BuiltPackage(name: "A", path: folder) }
    #expect(error?.description.contains("is older than the module") == true)
    #expect(error?.description.contains("swift build -c release --product ADynamic") == true)
  }

  @Test func survivesAnotherDescription() throws {
    let folder = try temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data("{}".utf8).write(to: URL(filePath: folder + "/description.json"))
    try Data().write(to: URL(filePath: folder + "/libA.so"))
    #expect(throws: KernelProblem.self) { try BuiltPackage(name: "A", path: folder) }
  }

  /// A folder that looks like a build of a package A, whose library is empty.
  private func packageFolder() throws -> String {
    let folder = try temporaryFolder()
    let command = "{\"moduleName\": \"A\", \"importPath\": \"\(folder)\", \"otherArguments\": []}"
    try Data("{\"swiftCommands\": {\"A\": \(command)}}".utf8).write(to: URL(filePath: folder + "/description.json"))
    for name in ["A.swiftmodule", "libA.so"] { try Data().write(to: URL(filePath: "\(folder)/\(name)")) }
    return folder
  }

  private func temporaryFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return folder
  }
}
