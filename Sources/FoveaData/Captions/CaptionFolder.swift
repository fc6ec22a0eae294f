import Foundation

/// Your own images with sentences: `photo.jpg` beside `photo.txt`, or a table.
public enum CaptionFolder {
  /// The parts of a folder: `train`, `val` and `test` below it, or all of it as one.
  ///
  /// A folder holds `captions.csv` (a line `image,caption` for each sentence; an image may come often), or beside each image
  /// a text file of the same name with a sentence a line.
  ///
  /// - Throws: ``DatasetError``.
  public static func splits(_ root: URL) throws -> DataSplits {
    guard let train = ImageFolder.folder(named: ["train", "training"], in: root) else {
      return DataSplits(name: root.lastPathComponent, train: try load(root))
    }
    func part(_ names: [String], _ split: Split) throws -> CaptionFiles? {
      try ImageFolder.folder(named: names, in: root).map { try load($0, split: split) }
    }
    return DataSplits(
      name: root.lastPathComponent, train: try load(train),
      validation: try part(["val", "valid", "validation"], .validation), test: try part(["test"], .test))
  }

  /// One folder.
  public static func load(_ folder: URL, split: Split = .train) throws -> CaptionFiles {
    let table = folder.appendingPathComponent("captions.csv")
    if FileManager.default.fileExists(atPath: table.path) { return try CaptionFolder.table(table, split: split) }
    var entries: [CaptionFiles.Entry] = []
    for group in try ImageListing.folders(below: folder) {
      for name in group.files {
        let image = folder.appendingPathComponent(group.path).appendingPathComponent(name)
        let text = image.deletingPathExtension().appendingPathExtension("txt")
        guard FileManager.default.fileExists(atPath: text.path) else { continue }
        let captions = try CaptionFiles.lines(of: text).compactMap(CaptionFiles.cleaned)
        entries.append(CaptionFiles.Entry(file: image, captions: captions))
      }
    }
    guard !entries.isEmpty else {
      throw DatasetError(
        folder.path, "holds no image with a caption", fix: "put photo.txt beside photo.jpg, or write captions.csv")
    }
    return try CaptionFiles(entries, split: split, name: folder.path)
  }

  /// A table of images, relative to its own folder, and sentences: CSV (RFC 4180), with or without a line of names.
  public static func table(_ url: URL, split: Split = .train) throws -> CaptionFiles {
    guard let data = try? Data(contentsOf: url) else { throw DatasetError(url.path, "cannot be read: is it there?") }
    guard let text = String(validating: data, as: UTF8.self) else { throw DatasetError(url.path, "is not UTF-8 text") }
    var pairs: [(name: String, caption: String)] = []
    for (number, row) in try rows(of: text, in: url).enumerated() {
      guard row.count == 2 else {
        throw DatasetError(
          url.path, "row \(number + 1) has \(row.count) columns, and 2 are needed",
          fix: "write image,caption, with quotation marks around a caption that has a comma")
      }
      if number == 0, row[0].lowercased() == "image" { continue }
      if let caption = CaptionFiles.cleaned(row[1]) { pairs.append((row[0], caption)) }
    }
    let folder = url.deletingLastPathComponent()
    let entries = try CaptionFiles.grouped(pairs, in: folder, listedIn: url).map(\.entry)
    return try CaptionFiles(entries, split: split, name: url.path)
  }

  /// The rows of a CSV text; empty lines are left out. A quotation mark inside of a field without them is one of the text.
  private static func rows(of text: String, in url: URL) throws -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = ""
    var isQuoted = false
    var previousWasQuote = false
    func close() {
      row.append(field)
      field = ""
    }
    for character in text {
      if isQuoted {
        if character == "\"" { isQuoted = false } else { field.append(character) }
        previousWasQuote = character == "\""
        continue
      }
      switch character {
      case "\"" where previousWasQuote:
        // Right behind a closing one it is one of the text.
        field.append("\"")
        isQuoted = true
      case "\"" where field.allSatisfy(\.isWhitespace):
        field = ""
        isQuoted = true
      case ",": close()
      case _ where character.isNewline:
        if !row.isEmpty || !field.isEmpty {
          close()
          rows.append(row)
        }
        row = []
      default: field.append(character)
      }
      previousWasQuote = false
    }
    guard !isQuoted else {
      throw DatasetError(
        url.path, "ends inside of the quotation marks that begin in row \(rows.count + 1)",
        fix: "close them, and write quotation marks inside of a quoted caption twice")
    }
    if !row.isEmpty || !field.isEmpty {
      close()
      rows.append(row)
    }
    return rows
  }
}
