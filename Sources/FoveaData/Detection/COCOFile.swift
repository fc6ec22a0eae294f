import Foundation

/// A file of COCO's format: images, categories, and boxes that refer to them by number.
struct COCOFile: Decodable {
  struct ImageEntry: Decodable {
    let id: Int
    let file_name: String
    let width: Int?
    let height: Int?
  }

  struct Annotation: Decodable {
    let id: Int?
    let image_id: Int
    let category_id: Int
    /// Four numbers; some tools write `null` or `NaN` for one that they do not know.
    let bbox: [Double?]
    let area: Double?
    let iscrowd: Flag?
  }

  struct Category: Decodable {
    let id: Int
    let name: String
  }

  /// 0 or 1, as COCO writes it; some tools write false and true.
  struct Flag: Decodable {
    let isSet: Bool

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let flag = try? value.decode(Bool.self) { isSet = flag } else { isSet = try value.decode(Int.self) != 0 }
    }
  }

  let images: [ImageEntry]
  let categories: [Category]
  let annotations: [Annotation]

  /// Reads a file.
  ///
  /// - Throws: ``DatasetError`` that names the file and the field.
  init(_ file: URL) throws {
    let data = try AnnotatedFiles.data(of: file, limit: 4 << 30)
    do {
      self = try JSONDecoder().decode(COCOFile.self, from: Self.withoutNumbersThatAreNone(data))
    } catch let error as DecodingError {
      throw DatasetError(
        file.path, error.inWords,
        fix: "COCO's format is {\"images\": [{\"id\", \"file_name\"}], \"categories\": [{\"id\", \"name\"}], "
          + "\"annotations\": [{\"image_id\", \"category_id\", \"bbox\": [x, y, width, height]}]}")
    }
    try check(file)
  }

  /// Python writes numbers that are not finite as `NaN`, `Infinity` and `-Infinity`, which JSON does not have: `null` in their
  /// place. (Foundation reads them as JSON5, but stops the program over some damaged files then.)
  static func withoutNumbersThatAreNone(_ data: Data) -> Data {
    let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }
    guard words.contains(where: { data.firstRange(of: $0) != nil }) else { return data }
    var (result, isText, index) = (Data(capacity: data.count), false, data.startIndex)
    while index < data.endIndex {
      let byte = data[index]
      if !isText, let word = words.first(where: { data[index...].starts(with: $0) }) {
        result.append(contentsOf: "null".utf8)
        index += word.count
        continue
      }
      if byte == UInt8(ascii: "\"") { isText.toggle() }
      let isEscape = isText && byte == UInt8(ascii: "\\") && index + 1 < data.endIndex
      result.append(contentsOf: data[index...(isEscape ? index + 1 : index)])
      index += isEscape ? 2 : 1
    }
    return result
  }

  private func check(_ file: URL) throws {
    if let id = Self.repeated(images.map(\.id)) { throw DatasetError(file.path, "two images have the id \(id)") }
    if let id = Self.repeated(categories.map(\.id)) {
      throw DatasetError(file.path, "two categories have the id \(id)")
    }
    if let place = annotations.firstIndex(where: { $0.bbox.count != 4 }) {
      throw DatasetError(
        file.path, "annotations[\(place)].bbox has \(annotations[place].bbox.count) numbers",
        fix: "a box is [x, y, width, height]")
    }
  }

  private static func repeated(_ ids: [Int]) -> Int? {
    var seen: Set<Int> = []
    return ids.first { !seen.insert($0).inserted }
  }

  /// The names of the categories, in the order of their ids; two of one name keep their ids beside it.
  var classNames: [String] {
    let uses = Dictionary(categories.map { ($0.name, 1) }, uniquingKeysWith: +)
    return categories.sorted { $0.id < $1.id }
      .map { uses[$0.name, default: 0] > 1 ? "\($0.name) (\($0.id))" : $0.name }
  }

  /// The images with their boxes, and what cannot be given to an image.
  ///
  /// - Parameters:
  ///   - files: where each image is.
  ///   - classNames: the classes of the set, in the order of their labels.
  func images(at files: [URL], file: URL, classNames: [String]) -> ([AnnotatedImage], [AnnotationFault]) {
    var found = zip(images, files).map { entry, place in
      var image = AnnotatedImage(file: place, id: entry.id)
      if let width = entry.width, let height = entry.height {
        image.recordedSize = ImageSize(height: height, width: width)
      }
      return image
    }
    let places = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1.id, $0) })
    let labels = Dictionary(classNames.enumerated().map { ($1, $0) }) { first, _ in first }
    let names = Dictionary(
      uniqueKeysWithValues: zip(categories.sorted { $0.id < $1.id }.map(\.id), self.classNames))
    var faults: [AnnotationFault] = []
    for (place, annotation) in annotations.enumerated() {
      let name = annotation.id.map { "annotation \($0)" } ?? "annotations[\(place)]"
      guard let image = places[annotation.image_id] else {
        faults.append(
          AnnotationFault(
            .unknownImage, file: file.path, image: annotation.image_id, object: name,
            "is of an image that is not listed"))
        continue
      }
      let category = names[annotation.category_id]
      let box = annotation.bbox.map { $0 ?? .nan }
      found[image].objects.append(
        AnnotatedObject(
          left: box[0], top: box[1], right: box[0] + box[2], bottom: box[1] + box[3],
          className: category ?? "\(annotation.category_id)", label: category.flatMap { labels[$0] },
          area: annotation.area.flatMap { $0.isFinite ? $0 : nil }, isCrowd: annotation.iscrowd?.isSet ?? false,
          name: name))
    }
    return (found, faults)
  }
}

extension DecodingError {
  /// Where in the file it is wrong, and how.
  fileprivate var inWords: String {
    func place(_ context: Context) -> String {
      context.codingPath.reduce("") { path, key in
        key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)")
      }
    }
    switch self {
    case .keyNotFound(let key, let context):
      let place = place(context)
      return "\(place.isEmpty ? "the file" : place) has no '\(key.stringValue)'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      let place = place(context)
      return "\(place.isEmpty ? "" : "\(place): ")\(context.debugDescription)"
    @unknown default: return "\(self)"
    }
  }
}
