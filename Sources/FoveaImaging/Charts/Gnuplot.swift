import Foundation

/// Runs the gnuplot program: a script goes in, a picture comes out.
enum Gnuplot {
  /// What gnuplot prints for a script.
  ///
  /// - Parameter searchPath: Folders to find the program in, separated by colons.
  /// - Throws: ``ChartError`` if gnuplot is missing, or refuses the script.
  static func run(
    _ script: String, searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) throws -> Data {
    guard let program = program(in: searchPath) else { throw ChartError.gnuplotMissing }
    // Through files, not pipes: with a pipe for each stream, two processes can wait for each other.
    let folder = FileManager.default.temporaryDirectory.appending(path: "fovea-chart-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appending(path: "script")
    let output = folder.appending(path: "output")
    let complaints = folder.appending(path: "complaints")
    try Data(script.utf8).write(to: input)
    for file in [output, complaints] { try Data().write(to: file) }

    let process = Process()
    process.executableURL = program
    process.arguments = ["-d", input.path]  // -d: without the user's own settings
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: complaints)
    try process.run()
    process.waitUntilExit()

    let picture = try Data(contentsOf: output)
    guard process.terminationStatus == 0, !picture.isEmpty else {
      let message = String(decoding: try Data(contentsOf: complaints), as: UTF8.self)
      throw ChartError.gnuplotFailed(message.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return picture
  }

  private static func program(in searchPath: String) -> URL? {
    searchPath.split(separator: ":")
      .map { URL(filePath: String($0)).appending(path: "gnuplot") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  /// A text between single quotes, in which gnuplot replaces nothing: no variable, no command. An apostrophe becomes the
  /// printer's one, because gnuplot does not read a doubled one everywhere.
  static func quoted(_ text: String) -> String {
    // Scalars, not characters: an apostrophe under an accent is another character, but still an apostrophe.
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      safe.append(isControl ? " " : scalar == "'" ? "\u{2019}" : scalar)
    }
    return "'" + String(safe) + "'"
  }

  /// A number as gnuplot reads it; what is not finite is missing.
  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "NaN" }

  /// A named table of numbers.
  static func table(_ name: String, _ rows: some Sequence<[Double]>) -> String {
    let lines = rows.map { $0.map(number).joined(separator: " ") }
    return (["$\(name) << END"] + lines + ["END"]).joined(separator: "\n")
  }
}
