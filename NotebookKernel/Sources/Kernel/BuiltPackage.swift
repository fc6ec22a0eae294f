import Foundation

/// A package that SwiftPM has built, whose modules cells can import.
package struct BuiltPackage: Equatable, Sendable {
  /// The module to import.
  package var name: String
  /// Options of the compiler by which the module, and all that it needs, is found.
  package var imports: [String]
  /// The dynamic library to load.
  package var library: String

  /// Finds the newest build of a package.
  ///
  /// - Parameter path: the package's folder, or one of its build folders (`.build/release`).
  /// - Throws: ``KernelProblem``, which says what to build.
  package init(name: String, path: String) throws {
    let expanded = (path as NSString).expandingTildeInPath
    let folders = [expanded, expanded + "/.build/release", expanded + "/.build/debug"]
    let built = folders.filter { FileManager.default.fileExists(atPath: $0 + "/description.json") }
    guard !built.isEmpty else {
      throw KernelProblem("\(path) is no built package: run `swift build -c release` in it")
    }
    for folder in built {
      let candidates = ["lib\(name).so", "lib\(name)Dynamic.so"].map { "\(folder)/\($0)" }
      guard let library = candidates.first(where: FileManager.default.fileExists(atPath:)) else { continue }
      self.name = name
      self.library = URL(filePath: library).resolvingSymlinksInPath().path
      imports = try Self.imports(of: name, in: folder)
      return
    }
    throw KernelProblem(
      """
      \(built[0]) holds no library of \(name) that can be loaded: add \
      .library(name: "\(name)Dynamic", type: .dynamic, targets: ["\(name)"]) to the products in its Package.swift, and build it
      """)
  }

  /// The options with which SwiftPM compiled the module, as far as they say where things are.
  private static func imports(of module: String, in folder: String) throws -> [String] {
    struct Description: Decodable {
      struct Command: Decodable {
        var moduleName: String
        var importPath: String
        var otherArguments: [String]
      }
      var swiftCommands: [String: Command]
    }
    let file = folder + "/description.json"
    let description: Description
    do {
      description = try JSONDecoder().decode(Description.self, from: Data(contentsOf: URL(filePath: file)))
    } catch {
      throw KernelProblem("\(file) is not what SwiftPM 6.3 writes: \(error)")
    }
    guard let command = description.swiftCommands.values.first(where: { $0.moduleName == module }) else {
      throw KernelProblem("\(folder) has no module \(module)")
    }
    return ["-I", command.importPath] + locations(in: command.otherArguments)
  }

  private static func locations(in arguments: [String]) -> [String] {
    var kept: [String] = []
    var index = 0
    while index < arguments.count {
      let argument = arguments[index]
      let next = index + 1 < arguments.count ? arguments[index + 1] : ""
      switch argument {
      case "-I", "-F", "-load-plugin-executable":
        kept += [argument, next]
        index += 1
      case "-Xcc" where next.hasPrefix("-fmodule-map-file=") || next.hasPrefix("-I") || next.hasPrefix("/"):
        kept += [argument, next]
        index += 1
      case "-Xfrontend" where next == "-load-plugin-executable" || next.contains("#"):
        kept.append(next)
        index += 1
      default:
        if argument.hasPrefix("-I") { kept.append(argument) }
      }
      index += 1
    }
    return kept
  }
}
