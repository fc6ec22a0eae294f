import ArgumentParser
import Foundation

/// Where the command writes: results to standard output, messages to standard error.
enum Output {
  /// Writes a line of results.
  static func print(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

  /// Writes a line for the person in front of the screen.
  static func message(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// Writes one JSON object on a line of its own. JSON has no infinity and no NaN: such numbers become null.
  static func json(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // The encoder has no way to say null, so it says something that no text can hold by chance.
    let mark = UUID().uuidString
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: mark, negativeInfinity: mark, nan: mark)
    let text = String(decoding: try encoder.encode(value), as: UTF8.self)
    print(text.replacingOccurrences(of: "\"\(mark)\"", with: "null"))
  }

  /// The folder that `--output` names.
  ///
  /// - Parameter makes: whether it is made where there is none.
  static func folder(_ path: String, makes: Bool = true) throws -> URL {
    let folder = URL(fileURLWithPath: path)
    guard folder.isFolder || !FileManager.default.fileExists(atPath: folder.path) else {
      throw Failure("\(path) is a file; --output takes a folder")
    }
    guard makes else { return folder }
    do { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) } catch {
      throw Failure("\(path): the folder cannot be made: \(error.localizedDescription)")
    }
    return folder
  }

  /// Lines of columns that stand below each other.
  static func table(_ rows: [[String]]) {
    let widths = rows.reduce(into: [Int]()) { widths, row in
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    for row in rows {
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell.padding(toLength: widths[column], withPad: " ", startingAt: 0)
      }
      print(cells.joined(separator: "  "))
    }
  }
}

/// A failure with a message of its own.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
