/// A value in one or more formats, from which the notebook shows the best it knows.
struct DisplayBundle {
  /// One format of a value.
  struct Format {
    var mime: String
    /// UTF-8 text, or the bytes of a file.
    var content: Content
  }

  enum Content {
    case text(String)
    case bytes([UInt8])

    var size: Int {
      switch self {
      case .text(let text): text.utf8.count
      case .bytes(let bytes): bytes.count
      }
    }
  }

  var formats: [Format] = []

  /// The text of a value, and whatever formats it chooses to be shown in.
  ///
  /// A value chooses by the standard library's `CustomPlaygroundDisplayConvertible`: it returns another value to show in
  /// its place, such as ``HTML`` or ``PNG``, or a dictionary from MIME types to texts and bytes. So a library need not know
  /// of notebooks.
  init(_ value: Any) {
    var shown = value
    for _ in 0..<8 {  // a value that shows itself by another that shows itself by the first would never end
      if add(shown) { break }
      guard let chooser = shown as? any CustomPlaygroundDisplayConvertible else { break }
      shown = chooser.playgroundDescription
    }
    if !formats.contains(where: { $0.mime == "text/plain" }) {
      // Of what was chosen only if that has no format that says more.
      formats.append(Format(mime: "text/plain", content: .text(Self.text(formats.isEmpty ? shown : value))))
    }
  }

  /// Takes the formats of a value that has some.
  private mutating func add(_ value: Any) -> Bool {
    if let content = value as? any DisplayFormat {
      formats.append(Format(mime: content.mime, content: content.content))
      return true
    }
    guard let bundle = value as? [String: Any], !bundle.isEmpty, bundle.keys.allSatisfy({ $0.contains("/") }) else {
      return false
    }
    for (mime, content) in bundle.sorted(by: { $0.key < $1.key }) {
      if let text = content as? String {
        formats.append(Format(mime: mime, content: .text(text)))
      } else if let bytes = content as? any Sequence<UInt8> {
        formats.append(Format(mime: mime, content: .bytes(Array(bytes))))
      }
    }
    return !formats.isEmpty
  }

  private static func text(_ value: Any) -> String {
    // A lone string is shown as in source text, as it is among other values.
    if type(of: value) == String.self, let text = value as? String { return bounded(text.debugDescription) }
    if let format = value as? any DisplayFormat { return bounded(format.plainText) }
    return bounded(String(describing: value))
  }

  /// A text of a size that a notebook can show.
  static func bounded(_ text: String, limit: Int = 1 << 20) -> String {
    let count = text.utf8.count
    guard count > limit else { return text }
    let end = text.utf8.index(text.startIndex, offsetBy: limit)
    return text[..<end] + "… [the beginning of \(count) bytes]"
  }

  /// The largest bundle that is shown: more would only stop the browser.
  static let limit = 64 << 20

  /// Whether it is small enough to be shown; else there is a text in its place.
  mutating func bound() {
    let size = formats.reduce(0) { $0 + $1.content.size }
    guard size > Self.limit else { return }
    let text = "[\(size >> 20) MB, more than the \(Self.limit >> 20) MB that a display may have]"
    formats = [Format(mime: "text/plain", content: .text(text))]
  }

  /// What can be said of a value that cannot be copied: it cannot be asked, but its type is known.
  init<Value: ~Copyable>(uncopiable type: Value.Type) {
    formats = [
      Format(mime: "text/plain", content: .text("\(String(describing: type)) (a value that cannot be copied)"))
    ]
  }
}
