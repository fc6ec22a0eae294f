import Cells
import Foundation
import Jupyter
import Kernel

// The program that Jupyter starts: notebook-kernel --connection FILE [--package NAME=PATH]...

// Jupyter interrupts by message; Ctrl-C in its terminal is meant for Jupyter itself.
signal(SIGINT, SIG_IGN)
signal(SIGPIPE, SIG_IGN)

do {
  var connection: String?
  var packages: [(name: String, path: String)] = []
  var words = CommandLine.arguments.dropFirst()
  while let option = words.popFirst() {
    guard let value = words.popFirst() else { throw KernelProblem("\(option) lacks a value") }
    switch option {
    case "--connection": connection = value
    case "--package":
      let parts = value.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { throw KernelProblem("--package takes NAME=PATH, not '\(value)'") }
      packages.append((name: parts[0], path: parts[1]))
    default: throw KernelProblem("'\(option)' is unknown; there are --connection FILE and --package NAME=PATH")
    }
  }
  guard let connection else {
    throw KernelProblem("Jupyter starts this program; to install it, run `fovea notebook install` or see the README")
  }
  let kernel = try Kernel(connection: ConnectionFile(contentsOf: connection)) { [packages] in
    KernelParts(
      installation: try Installation(folder: Installation.own), toolchain: try Toolchain(),
      packages: try packages.map { try BuiltPackage(name: $0.name, path: $0.path) })
  }
  kernel.run()
} catch {
  FileHandle.standardError.write(Data("notebook-kernel: \(error)\n".utf8))
  exit(1)
}
