/// The commands that make a library of a cell.
package struct CompilerArguments: Sendable {
  package var toolchain: Toolchain
  /// Where cells are compiled.
  package var folder: String
  /// Where the compiler keeps C modules that it has compiled.
  package var moduleCache: String
  /// Options by which the modules of NotebookSupport and of packages are found.
  package var imports: [String]
  package var isOptimized = false
  /// A way out where a rewritten cell breaks the rules of access.
  package var ignoresAccess = false

  package init(toolchain: Toolchain, folder: String, moduleCache: String, imports: [String]) {
    self.toolchain = toolchain
    self.folder = folder
    self.moduleCache = moduleCache
    self.imports = imports
  }

  package func module(_ number: Int) -> String { CellChain.module(number) }
  package func source(_ number: Int) -> String { "\(folder)/cell\(number).swift" }
  package func object(_ number: Int) -> String { "\(folder)/cell\(number).o" }
  package func library(_ number: Int) -> String { "\(folder)/libCell\(number).so" }
  package func entry(_ number: Int) -> String { "cell\(number)_main" }

  /// Options that say what a cell's text means; also for completion.
  package func context(of number: Int) -> [String] {
    [
      "-target", toolchain.triple, "-swift-version", "5", "-enable-upcoming-feature", "BareSlashRegexLiterals",
      "-module-name", module(number), "-I", folder, "-module-cache-path", moduleCache,
    ] + imports + plugins
  }

  /// `swift-frontend`, without the driver: only it compiles a script into a library, and it is three times as quick.
  package func compile(_ number: Int) -> [String] {
    [toolchain.frontend, "-frontend", "-c", "-primary-file", source(number)] + common(number) + [
      "-entry-point-function-name", entry(number), "-g", "-o", object(number),
    ]
  }

  /// Makes the module of a cell that ended early once more, from what it came to.
  package func emitModule(_ number: Int) -> [String] {
    [toolchain.frontend, "-frontend", "-emit-module", source(number)] + common(number)
  }

  private func common(_ number: Int) -> [String] {
    context(of: number) + [
      // Without it, the scoped imports of a cell's header hide the operators that it gets through another module.
      "-enable-new-operator-lookup",
      "-disable-objc-interop", "-enable-testing", isOptimized ? "-O" : "-Onone", "-diagnostic-style", "llvm",
      "-emit-module-path", "\(folder)/\(module(number)).swiftmodule",
      "-emit-module-doc-path", "\(folder)/\(module(number)).swiftdoc",
    ] + (ignoresAccess ? ["-disable-access-control"] : [])
  }

  private var plugins: [String] {
    let host = toolchain.root + "/lib/swift/host"
    return [
      "-plugin-path", host + "/plugins", "-in-process-plugin-server-path", host + "/libSwiftInProcPluginServer.so",
    ]
  }

  /// No libraries are named: what a cell uses is loaded before it, and found when it is loaded.
  ///
  /// `swiftrt.o` registers the cell's conformances, and `--eh-frame-hdr` lets stacks be walked through it.
  package func link(_ number: Int) -> [String] {
    [
      "ld", "-shared", "--eh-frame-hdr", "--wrap=exit", "--wrap=swift_errorInMain", "--wrap=swift_job_run",
      toolchain.startFile, object(number), "-o", library(number),
    ]
  }
}
