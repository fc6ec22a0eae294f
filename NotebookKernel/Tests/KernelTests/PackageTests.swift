import Cells
import Foundation
import Kernel
import Testing

/// `%package`, with a package that is built as SwiftPM does.
@Suite(.serialized) struct PackageTests {
  @Test func aCellImportsABuiltPackage() throws {
    let package = try builds(["release": 0])
    defer { try? FileManager.default.removeItem(atPath: package) }
    let notebook = try Notebook()
    let value = notebook.run("%package Shapes \(package)\nimport Shapes\nsides += 1\n\"\\(build) \\(Square())\"").value
    #expect(value == "\"release Square()\"")
    // It is one copy for all cells, and a trap in it is survived, with a place in it.
    #expect(notebook.run("sides").value == "5")
    let failure = try #require(notebook.run("trap()").failure)
    #expect(failure.message == "in a package")
    #expect(failure.traceback[1].hasPrefix("  Shapes.swift, line 4, in trap()"))
    #expect(notebook.run("sides").value == "5")
  }

  @Test(arguments: [(["release": -60.0, "debug": 0], "debug"), (["release": 0, "debug": -60.0], "release")])
  func takesTheNewestBuild(ages: [String: Double], expected: String) throws {
    let package = try builds(ages)
    defer { try? FileManager.default.removeItem(atPath: package) }
    #expect(try Notebook().run("%package Shapes \(package)\nimport Shapes\nbuild").value == "\"\(expected)\"")
    // A build that is named is taken, whatever its age.
    let older = expected == "debug" ? "release" : "debug"
    #expect(try BuiltPackage(name: "Shapes", path: "\(package)/.build/\(older)").library.contains("/\(older)/"))
  }

  @Test func saysWhatIsMissing() throws {
    let package = try builds([:])
    defer { try? FileManager.default.removeItem(atPath: package) }
    let notebook = try Notebook()
    let message = try #require(notebook.run("%package Shapes \(package)\nimport Shapes").failure).message
    #expect(message.contains("Shapes is not built") && message.contains("swift build -c release"))
    #expect(notebook.run("%package Shapes").failure?.message.contains("takes a name and a path") == true)
    #expect(notebook.run("1 + 1").value == "2")
  }

  /// A package's folder with builds of these ages, in seconds before (negative) now.
  private func builds(_ ages: [String: Double]) throws -> String {
    let package = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: package, withIntermediateDirectories: true)
    for (name, age) in ages {
      let folder = "\(package)/.build/\(name)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let source = """
        public let build = "\(name)"
        nonisolated(unsafe) public var sides = 4
        public struct Square { public init() {} }
        public func trap() { fatalError("in a package") }
        """
      try Data(source.utf8).write(to: URL(filePath: folder + "/Shapes.swift"))
      let compiler = Process()
      compiler.executableURL = URL(filePath: try #require(Toolchain.find("swiftc")))
      compiler.currentDirectoryURL = URL(filePath: folder)
      compiler.arguments = [
        "-emit-library", "-emit-module", "-g", "-parse-as-library", "-module-name", "Shapes", "-o",
        "libShapesDynamic.so",
        "Shapes.swift",
      ]
      try compiler.run()
      compiler.waitUntilExit()
      let command = "{\"moduleName\": \"Shapes\", \"importPath\": \"\(folder)\", \"otherArguments\": []}"
      try Data("{\"swiftCommands\": {\"Shapes\": \(command)}}".utf8).write(
        to: URL(filePath: folder + "/description.json"))
      let date = Date().addingTimeInterval(age)
      for file in ["Shapes.swiftmodule", "libShapesDynamic.so"] {
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: "\(folder)/\(file)")
      }
    }
    return package
  }
}
