import Foundation

extension ImageFolder {
  /// Photographs by a list, as CASIA-WebFace and MS-Celeb come: a path and a person a line, apart by a blank or a tab, such
  /// as `0000045/001.jpg 0`.
  ///
  /// Persons may be numbers or names; they are numbered anew, in natural order. Empty lines and such that begin with `#`
  /// are passed over. Whether a photograph is there is found when it is read.
  ///
  /// - Parameters:
  ///   - list: the list.
  ///   - root: what paths are relative to; the list's own folder unless given.
  /// - Throws: ``DatasetError`` with the line that is wrong.
  public static func people(list: URL, root: URL? = nil, split: Split = .train) throws -> ImageFolder {
    let text: String
    do { text = String(decoding: try Data(contentsOf: list), as: UTF8.self) } catch {
      throw DatasetError(list.path, "cannot be read: \(error.localizedDescription)")
    }
    var entries: [(path: String, person: String)] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("#") {
      // Paths may have blanks in them, persons may not.
      guard let gap = line.lastIndex(where: \.isWhitespace) else {
        throw DatasetError("\(list.path):\(index + 1)", "is not 'path person': '\(line.prefix(60))'")
      }
      let path = line[..<gap].trimmingCharacters(in: .whitespaces)
      let person = line[line.index(after: gap)...].trimmingCharacters(in: .whitespaces)
      let isSafe = !path.hasPrefix("/") && !path.split(separator: "/").contains("..")
      guard !path.isEmpty, !person.isEmpty, isSafe else {
        throw DatasetError(
          "\(list.path):\(index + 1)", "'\(path)' is not a path below the list's folder, and a person",
          fix: "write 'path person'")
      }
      entries.append((path, person))
    }
    guard !entries.isEmpty else { throw DatasetError(list.path, "names no photograph") }
    let names = Set(entries.map(\.person)).sorted(by: naturallyPrecedes)
    let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    return ImageFolder(
      root: root ?? list.deletingLastPathComponent(),
      files: entries.map { ImageFile(path: $0.path, label: numbers[$0.person]) }, classNames: names, split: split)
  }
}
