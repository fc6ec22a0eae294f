import Foundation
import FoveaImaging

/// Image files with their sentences: what the readers of COCO, Flickr and other formats make.
public struct CaptionFiles: CaptionedDataset {
  /// One image and its sentences.
  public struct Entry: Sendable, Hashable {
    public var file: URL
    public var captions: [String]

    public init(file: URL, captions: [String]) {
      self.file = file
      self.captions = captions
    }
  }

  public let entries: [Entry]
  public let split: Split

  /// - Throws: ``DatasetError`` if there is no image, or one without a sentence; `name` is the file that lists them.
  public init(_ entries: [Entry], split: Split = .train, name: String) throws {
    guard !entries.isEmpty else { throw DatasetError(name, "describes no \(split.rawValue) image") }
    if let silent = entries.first(where: { $0.captions.isEmpty }) {
      throw DatasetError(silent.file.path, "has no caption in \(name)", fix: "write one, or leave the image out")
    }
    self.entries = entries
    self.split = split
  }

  public var count: Int { entries.count }
  public var classNames: [String] { [] }
  public func label(at index: Int) -> Int? { nil }
  public func captions(at index: Int) -> [String] { entries[index].captions }

  /// Reads an image: `uint8` `[3, H, W]`.
  ///
  /// - Throws: `ImageError` with the path of a file that cannot be decoded.
  public subscript(index: Int) -> Sample {
    get throws {
      let entry = entries[index]
      var sample = Sample(
        image: try Image(contentsOf: entry.file, mode: .rgb).tensor, index: index, name: entry.file.path)
      sample.captions = entry.captions
      return sample
    }
  }

  /// A sentence as it is kept: without line breaks and white space around it; nil if nothing is left.
  static func cleaned(_ caption: some StringProtocol) -> String? {
    let words = caption.split(whereSeparator: \.isWhitespace)
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  /// The file of a name below a folder.
  ///
  /// - Throws: ``DatasetError`` for a name that leads out of the folder.
  static func file(_ name: String, in folder: URL, listedIn list: URL) throws -> URL {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.isEmpty, !parts.contains(".."), !parts.contains("") else {
      throw DatasetError(list.path, "names the image '\(name)', which is no file below \(folder.path)")
    }
    return folder.appendingPathComponent(name)
  }

  /// The lines of a text file.
  static func lines(of url: URL) throws -> [Substring] {
    guard let data = try? Data(contentsOf: url) else {
      throw DatasetError(url.path, "cannot be read: is it there?")
    }
    guard let text = String(validating: data, as: UTF8.self) else { throw DatasetError(url.path, "is not UTF-8 text") }
    return text.split(whereSeparator: \.isNewline)
  }

  /// Entries in the order in which their images first come.
  static func grouped(_ pairs: [(name: String, caption: String)], in folder: URL, listedIn list: URL) throws -> [(
    name: String, entry: Entry
  )] {
    var places: [String: Int] = [:]
    var entries: [(name: String, entry: Entry)] = []
    for (name, caption) in pairs {
      if let place = places[name] {
        entries[place].entry.captions.append(caption)
      } else {
        places[name] = entries.count
        entries.append((name, Entry(file: try file(name, in: folder, listedIn: list), captions: [caption])))
      }
    }
    return entries
  }
}
