import Foundation

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
    support = try BuiltPackage(name: "NotebookSupport", path: folder)
    moduleCache = folder + "/NotebookModuleCache"
    for program in [worker, languageService] where !FileManager.default.isExecutableFile(atPath: program) {
      throw KernelProblem("\(program) is missing: run `swift build -c release` in NotebookKernel")
    }
  }

  /// The folder of the running program.
  package static var own: String {
    URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
  }
}
