import Foundation

/// A package that SwiftPM has built, whose modules cells can import.
package struct BuiltPackage: Equatable, Sendable {
  /// The module to import.
  package var name: String
  /// Options of the compiler by which the module, and all that it needs, is found.
  package var imports: [String]
  /// The dynamic library to load.
  package var library: String
  /// What builds it, for whoever has to.
  private var remedy: String

  /// Finds the newest build of a package.
  ///
  /// - Parameter path: the package's folder, or one of its build folders (`.build/release`).
  /// - Throws: ``KernelProblem``, which says what to build.
  package init(name: String, path: String) throws {
    let expanded = (path as NSString).expandingTildeInPath
    guard FileManager.default.fileExists(atPath: expanded) else {
      throw KernelProblem("\(name) cannot be imported: there is no folder \(path)")
    }
    let remedy = Self.remedy(name: name, path: expanded)
    let folders = [expanded, expanded + "/.build/release", expanded + "/.build/debug"]
    let built = folders.filter { FileManager.default.fileExists(atPath: $0 + "/description.json") }
    let found = built.compactMap { folder -> (folder: String, library: String, date: Date)? in
      let candidates = ["lib\(name).so", "lib\(name)Dynamic.so"].map { "\(folder)/\($0)" }
      guard let library = candidates.first(where: FileManager.default.fileExists(atPath:)) else { return nil }
      let file = URL(filePath: library).resolvingSymlinksInPath().path
      return (folder, file, Self.modified(file))
    }
    guard let newest = found.max(by: { $0.date < $1.date }) else {
      let place = built.first.map { "\($0) holds no library of it" } ?? "\(path) holds no build"
      throw KernelProblem("\(name) is not built (\(place)): \(remedy)")
    }
    self.name = name
    self.library = newest.library
    self.remedy = remedy
    let (module, imports) = try Self.imports(of: name, in: newest.folder)
    // A library from before its modules has other layouts than cells are compiled for.
    guard Self.modified(module) <= newest.date else {
      throw KernelProblem("\(newest.library) is older than the module \(module): \(remedy)")
    }
    self.imports = imports
  }

  private static func modified(_ file: String) -> Date {
    (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date ?? .distantPast
  }

  /// Why it is of no use, and what to do.
  func unloadable(because problem: String) -> String {
    "\(name) cannot be loaded (\(problem)). Install what is missing, and \(remedy)"
  }

  /// What to do where a package is not built.
  private static func remedy(name: String, path: String) -> String {
    var home = URL(filePath: path)
    while home.path != "/", !FileManager.default.fileExists(atPath: home.path + "/Package.swift") {
      home.deleteLastPathComponent()
    }
    let command = "run `swift build -c release --product \(name)Dynamic` in \(home.path == "/" ? path : home.path)"
    let manifest = try? String(contentsOf: home.appending(path: "Package.swift"), encoding: .utf8)
    if manifest?.contains("\"\(name)Dynamic\"") == true { return command }
    return """
      add .library(name: "\(name)Dynamic", type: .dynamic, targets: ["\(name)"]) to the products in its Package.swift, and \
      \(command)
      """
  }

  /// The module's file, and the options with which SwiftPM compiled it, as far as they say where things are.
  private static func imports(of module: String, in folder: String) throws -> (file: String, options: [String]) {
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
    let interface = "\(command.importPath)/\(module).swiftmodule"
    guard FileManager.default.fileExists(atPath: interface) else {
      throw KernelProblem("\(command.importPath) holds no module \(module): build the package again")
    }
    return (interface, ["-I", command.importPath] + locations(in: command.otherArguments))
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
