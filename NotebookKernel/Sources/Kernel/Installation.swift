import Cells
import Foundation

/// What a session of cells needs.
package struct KernelParts {
  var installation: Installation
  var toolchain: Toolchain
  var packages: [BuiltPackage]

  package init(installation: Installation, toolchain: Toolchain, packages: [BuiltPackage]) {
    self.installation = installation
    self.toolchain = toolchain
    self.packages = packages
  }
}

/// Where the parts of the kernel are: beside the program that runs.
package struct Installation: Sendable {
  var worker: String
  var languageService: String
  /// The module that cells import, and its library.
  var support: BuiltPackage
  /// Where the compiler keeps its compiled C modules.
  var moduleCache: String

  /// - Throws: ``KernelProblem`` if a part is missing.
  package init(folder: String) throws {
    worker = folder + "/notebook-worker"
    languageService = folder + "/notebook-language"
    moduleCache = folder + "/NotebookModuleCache"
    for part in [worker, languageService, folder + "/libNotebookSupport.so"]
    where !FileManager.default.fileExists(atPath: part) {
      throw KernelProblem("\(part) is missing: run `swift build -c release` in NotebookKernel")
    }
    support = try BuiltPackage(name: "NotebookSupport", path: folder)
  }

  /// The folder of the running program.
  package static var own: String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
  }
}
