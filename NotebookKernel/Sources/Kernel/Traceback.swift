import Cells
import Foundation

/// Where in the cells something went wrong.
struct Traceback {
  struct Frame: Equatable {
    /// `average(of:)`, or `top-level code`.
    var function: String
    /// The cell, as the reader numbers it; nil for code of a package.
    var execution: Int?
    var file: String
    var line: Int
  }

  var frames: [Frame]

  /// Finds functions and lines.
  ///
  /// - Parameters:
  ///   - text: a library and an offset a line, as the worker reports them.
  ///   - toolchain: whose programs read the libraries.
  init(_ text: String, toolchain: Toolchain) {
    frames = []
    guard !text.isEmpty else { return }
    let symbols = Self.filter([toolchain.root + "/bin/llvm-symbolizer", "--no-demangle"], text)
    let names = Self.filter([toolchain.root + "/bin/swift-demangle", "-simplified", "-compact"], symbols)
    for group in names.split(separator: "\n\n") {
      let lines = group.split(separator: "\n").map(String.init)
      for index in stride(from: 0, to: lines.count - 1, by: 2) {
        if let frame = Self.frame(lines[index], at: lines[index + 1]), frames.last != frame { frames.append(frame) }
      }
    }
  }

  /// What a command prints that is given a text as its input.
  private static func filter(_ command: [String], _ text: String) -> String {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    // A stack is a few kilobytes: it fits the pipe.
    input.fileHandleForWriting.write(Data(text.utf8))
    try? input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  private static func frame(_ symbol: String, at place: String) -> Frame? {
    guard let match = place.wholeMatch(of: /(.*):([0-9]+):[0-9]+/), let line = Int(match.2), line > 0 else {
      return nil
    }
    let path = String(match.1)
    let execution = path.firstMatch(of: /In \[([0-9]+)\]$/).flatMap { Int($0.1) }
    let file = execution.map { "In [\($0)]" } ?? (path as NSString).lastPathComponent
    // What the kernel and the compiler have added is of no interest.
    guard path != "<compiler-generated>", file.wholeMatch(of: /cell[0-9]+\.swift/) == nil, !symbol.hasPrefix("__swift")
    else { return nil }
    return Frame(function: readable(symbol), execution: execution, file: file, line: line)
  }

  private static func readable(_ symbol: String) -> String {
    if symbol.hasSuffix("_main") || symbol.contains("async_Main") || symbol.contains("TY") && symbol.hasPrefix("$s") {
      return "top-level code"
    }
    var name = ReaderText.withoutCellModules(symbol)
    // Parts of an asynchronous function are that function.
    name = name.replacing(#/\([0-9]+\) (suspend|await) resume partial function for /#, with: "")
    if name.hasSuffix(" in ") { name += "top-level code" }  // a closure there
    return name.hasPrefix("async_Main") ? "top-level code" : name
  }

  /// One line a frame, the reader's source below it.
  func lines(sources: CellSources) -> [String] {
    frames.map { frame in
      var text = "  \(frame.file), line \(frame.line), in \(frame.function)"
      if let number = frame.execution, let source = sources[number] {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        if frame.line <= lines.count {
          text += "\n    " + lines[frame.line - 1].drop(while: \.isWhitespace)
        }
      }
      return text
    }
  }
}
