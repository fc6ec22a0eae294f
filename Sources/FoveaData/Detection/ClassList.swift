import Foundation
import Yams

/// The names of a YOLO set's classes.
enum ClassList {
  /// The names that a file tells; nil if there is no such file.
  ///
  /// - Throws: ``DatasetError`` for a file that is there and cannot be understood.
  static func names(in root: URL) throws -> [String]? {
    for name in ["data.yaml", "data.yml", "dataset.yaml"] {
      let file = root.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      return try names(inYAML: file)
    }
    for name in ["classes.txt", "obj.names", "labels/classes.txt"] {
      let file = root.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      let text = String(decoding: try AnnotatedFiles.data(of: file, limit: 1 << 20), as: UTF8.self)
      return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    return nil
  }

  /// `names: [cat, dog]`, or `names: {0: cat, 1: dog}`.
  private static func names(inYAML file: URL) throws -> [String] {
    struct Contents: Decodable {
      let names: Names
    }
    enum Names: Decodable {
      case list([String])
      case numbered([Int: String])

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let list = try? value.decode([String].self) {
          self = .list(list)
        } else {
          self = .numbered(try value.decode([Int: String].self))
        }
      }
    }
    let form = "names are a list, or one for each number from 0: {0: cat, 1: dog}"
    let contents: Contents
    do {
      contents = try YAMLDecoder().decode(Contents.self, from: try AnnotatedFiles.data(of: file, limit: 1 << 20))
    } catch let error as DatasetError { throw error } catch {
      throw DatasetError(file.path, "has no 'names' that could be understood", fix: form)
    }
    switch contents.names {
    case .list(let names): return names
    case .numbered(let names):
      return try (0..<names.count).map { number in
        guard let name = names[number] else { throw DatasetError(file.path, "names no class \(number)", fix: form) }
        return name
      }
    }
  }
}
