import ArgumentParser
import Foundation
import Fovea

/// `fovea notebook`: Swift in Jupyter.
struct Notebook: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Use Swift, and Fovea, in Jupyter notebooks.", subcommands: [Install.self])

  /// `fovea notebook install`: tells Jupyter of the kernel.
  struct Install: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell Jupyter of the Swift kernel, with Fovea's libraries ready to import.",
      discussion: "Build first: `make notebooks` does that, and all the rest.")

    @Flag(help: "Install for this user, in ~/.local/share/jupyter (the default).")
    var user = false

    @Option(help: ArgumentHelp("Install into a Python environment's folder.", valueName: "folder"))
    var prefix: String?

    func validate() throws {
      if user, prefix != nil { throw ValidationError("--user and --prefix exclude each other") }
    }

    func run() throws {
      let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      let kernel = try KernelSpecification(
        repository: Self.repository(of: program), build: program.deletingLastPathComponent())
      let home = FileManager.default.homeDirectoryForCurrentUser
      let share = prefix.map { URL(filePath: $0).appending(path: "share") } ?? home.appending(path: ".local/share")
      let folder = share.appending(path: "jupyter/kernels/swift")
      try kernel.write(to: folder)
      Output.message("Jupyter finds the Swift kernel in \(folder.path)")
    }

    /// The clone that a program was built in.
    private static func repository(of program: URL) throws -> URL {
      var folder = program.deletingLastPathComponent()
      while folder.path != "/" {
        if FileManager.default.fileExists(atPath: folder.appending(path: "NotebookKernel/Package.swift").path) {
          return folder
        }
        folder.deleteLastPathComponent()
      }
      throw Failure("\(program.path) lies in no clone of Fovea, and the kernel is built in one: run the program there")
    }
  }
}

/// What Jupyter has to know of a kernel: the file `kernel.json`.
struct KernelSpecification: Encodable {
  let argv: [String]
  let displayName = "Swift"
  let language = "swift"
  /// By a message on the control channel, not by a signal.
  let interruptMode = "message"
  let env: [String: String]

  private enum CodingKeys: String, CodingKey {
    case argv, language, env
    case displayName = "display_name"
    case interruptMode = "interrupt_mode"
  }

  /// The kernel as it is built in a clone of Fovea.
  ///
  /// - Parameter build: the folder of the build whose library cells import: `.build/release`, or `.build/debug`.
  /// - Throws: ``Failure`` if it, or Fovea's dynamic library, is not built.
  init(repository: URL, build: URL) throws {
    let kernel = repository.appending(path: "NotebookKernel/.build/release/notebook-kernel").path
    guard FileManager.default.isExecutableFile(atPath: kernel) else {
      throw Failure(
        "\(kernel) is missing: run `swift build -c release --package-path NotebookKernel`, or `make notebooks`")
    }
    let library = build.appending(path: "libFoveaDynamic.so").path
    guard FileManager.default.fileExists(atPath: library) else {
      throw Failure(
        "\(library) is missing: run `swift build -c \(build.lastPathComponent) --product FoveaDynamic`, or `make notebooks`"
      )
    }
    argv = [kernel, "--connection", "{connection_file}", "--package", "Fovea=\(build.path)"]
    // Jupyter may be started where Swift is not in PATH.
    env = Self.toolchain().map { ["PATH": "\($0):${PATH}"] } ?? [:]
  }

  private static func toolchain() -> String? {
    let paths = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return paths.first { FileManager.default.isExecutableFile(atPath: $0 + "/swiftc") }
  }

  /// Writes the file, in one step, into the kernel's folder.
  func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(self).write(to: folder.appending(path: "kernel.json"), options: .atomic)
  }
}
