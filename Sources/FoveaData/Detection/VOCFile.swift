import Foundation
import Torch

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A file of PASCAL VOC's format: one image and what is in it, as XML.
struct VOCFile {
  /// The name of the image, as the file tells it.
  private(set) var imageName = ""
  private(set) var size: ImageSize?
  private(set) var objects: [AnnotatedObject] = []

  /// Reads a file.
  ///
  /// XML can be made to swallow memory (entities that stand for each other a billion times) or to read other files. An
  /// annotation needs neither, so a document that declares anything is refused before it is parsed.
  ///
  /// - Throws: ``DatasetError`` that names the file, the object and the field.
  init(_ file: URL) throws {
    let data = try AnnotatedFiles.data(of: file, limit: 16 << 20)
    guard String(data: data, encoding: .utf8) != nil, !data.contains(0) else {
      throw DatasetError(file.path, "is not text in UTF-8")
    }
    guard data.range(of: Data("<!DOCTYPE".utf8)) == nil, data.range(of: Data("<!ENTITY".utf8)) == nil else {
      throw DatasetError(file.path, "declares a document type or an entity, which no annotation needs")
    }
    let reader = Reader()
    let parser = XMLParser(data: data)
    parser.shouldResolveExternalEntities = false
    parser.delegate = reader
    guard parser.parse(), reader.problem == nil, reader.isComplete else {
      let problem = reader.problem ?? "is cut off, or no well-formed XML"
      throw DatasetError(file.path, "line \(parser.lineNumber): \(problem)")
    }
    guard reader.root == "annotation" else {
      throw DatasetError(file.path, "is a <\(reader.root ?? "")>, not an <annotation>")
    }
    try take(reader, file)
  }

  private mutating func take(_ reader: Reader, _ file: URL) throws {
    imageName = reader.fields["filename"] ?? ""
    if let width = reader.fields["size/width"].flatMap({ Int($0) }),
      let height = reader.fields["size/height"].flatMap({ Int($0) })
    {
      size = ImageSize(height: height, width: width)
    }
    for (place, fields) in reader.objects.enumerated() {
      let name = "object \(place + 1)"
      guard let className = fields["name"], !className.isEmpty else {
        throw DatasetError(file.path, "\(name) has no <name>")
      }
      let sides = try ["xmin", "ymin", "xmax", "ymax"].map { field in
        let text = fields["bndbox/\(field)"]
        guard let text, let side = Double(text) else {
          throw DatasetError(
            file.path, "\(name) ('\(className)'): <\(field)> is \(text.map { "'\($0)'" } ?? "missing")",
            fix: "each object needs <bndbox> with <xmin>, <ymin>, <xmax> and <ymax>")
        }
        return side
      }
      objects.append(
        AnnotatedObject(
          left: sides[0], top: sides[1], right: sides[2], bottom: sides[3], className: className, label: nil, name: name
        ))
    }
  }

  /// The objects with the labels of classes.
  func objects(labelled labels: [String: Int]) -> [AnnotatedObject] {
    objects.map { object in
      var object = object
      object.label = labels[object.className]
      return object
    }
  }
}

/// Collects the text of the elements that matter.
private final class Reader: NSObject, XMLParserDelegate {
  /// Why the document was given up.
  var problem: String?
  var root: String?
  /// Whether the root was closed; Foundation's parser takes a file that was cut off for a whole one.
  private(set) var isComplete = false
  /// The text below the root, by path.
  var fields: [String: String] = [:]
  /// The text below each object, by path.
  var objects: [[String: String]] = []

  private var path: [String] = []
  private var text = ""

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    guard path.count < 16 else { return give(up: parser, "elements lie too deep in each other") }
    if path.isEmpty { root = name }
    path.append(name)
    text = ""
    if path.count == 2, name == "object" { objects.append([:]) }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
    text = ""
    // Parts of a body have boxes of their own, below <object><part>; they are no objects.
    if path.count > 2, path[1] == "object", let last = objects.indices.last {
      objects[last][path[2...].joined(separator: "/")] = value
    } else if path.count > 1, path[1] != "object" {
      fields[path[1...].joined(separator: "/")] = value
    }
    _ = path.popLast()
    isComplete = path.isEmpty
  }

  func parser(
    _ parser: XMLParser, foundInternalEntityDeclarationWithName name: String, value: String?
  ) { give(up: parser, "declares the entity '\(name)', which no annotation needs") }

  func parser(_ parser: XMLParser, resolveExternalEntityName name: String, systemID: String?) -> Data? { nil }

  private func give(up parser: XMLParser, _ problem: String) {
    self.problem = problem
    parser.abortParsing()
  }
}
