import Cells
import Foundation

/// Completion and documentation, by the compiler's own service in the process `notebook-language`.
final class LanguageService {
  /// A cell that is being typed.
  struct Cell {
    /// What the kernel puts before it.
    var header: String
    var source: String
    var arguments: [String]
  }

  private let child: Child
  private let requests: Int32
  private let answers: Int32
  private let folder: URL
  /// Holds the text that is asked about; the service wants to see it in a file, too.
  private var file: String { folder.appending(path: "cell.swift").path }

  /// Milliseconds; longer than the service ever takes, its first answer on a busy machine included.
  private static let patience: Int32 = 30_000
  /// Whether an answer did not come: if it came later, it would be taken for that to the next question.
  private(set) var isLost = false

  init(program: String, toolchain: Toolchain) throws {
    let (requests, answers) = (try DescriptorPair.pipe(), try DescriptorPair.pipe())
    child = try Child.spawn(
      [program, toolchain.root + "/lib/libsourcekitdInProc.so"],
      descriptors: [(0, requests.reading), (1, answers.writing), (2, 2)])
    close(requests.reading)
    close(answers.writing)
    self.requests = requests.writing
    self.answers = answers.reading
    folder = FileManager.default.temporaryDirectory.appending(path: "notebook-language-\(child.id)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit {
    child.kill(SIGKILL)
    child.wait()
    close(requests)
    close(answers)
    try? FileManager.default.removeItem(at: folder)
  }

  /// The names that can stand at a place in a cell and begin with a prefix, likeliest first.
  func completions(of cell: Cell, at place: String.Index, prefix: String) -> [String] {
    struct Answer: Decodable {
      struct Result: Decodable {
        var name: String
        enum CodingKeys: String, CodingKey { case name = "key.name" }
      }
      var results: [Result]
      enum CodingKeys: String, CodingKey { case results = "key.results" }
    }
    let options =
      "key.codecomplete.options: { key.codecomplete.filtertext: \(quoted(prefix)), key.codecomplete.requestlimit: 200, "
      + "key.codecomplete.group.overloads: 0, key.codecomplete.group.stems: 0 }, key.name: \(quoted(file))"
    let found: Answer? = ask("codecomplete.open", cell, place, options)
    let _: Answer? = ask("codecomplete.close", cell, place, "key.name: \(quoted(file))")
    var seen: Set<String> = []
    return (found?.results ?? []).map { completed($0.name) }
      .filter { $0.hasPrefix(prefix) && !$0.hasPrefix("_") && seen.insert($0).inserted }
  }

  /// `append(_:)` is typed as `append(`, and `count` as itself.
  private func completed(_ name: String) -> String {
    guard let parenthesis = name.firstIndex(of: "(") else { return name }
    return name[parenthesis...] == "()" ? name : String(name[...parenthesis])
  }

  /// The declaration and the documentation of the name at a place; nil if there is none.
  func documentation(of cell: Cell, at place: String.Index) -> (plain: String, markdown: String)? {
    struct Answer: Decodable {
      var declaration: String?
      var documentation: String?
      var module: String?
      enum CodingKeys: String, CodingKey {
        case declaration = "key.annotated_decl"
        case documentation = "key.doc.full_as_xml"
        case module = "key.modulename"
      }
    }
    let found: Answer? = ask("cursorinfo", cell, place, "key.retrieve_symbol_graph: 0")
    guard let declaration = found?.declaration.map(MarkupText.plain), !declaration.isEmpty else { return nil }
    let text = found?.documentation.map(MarkupText.documentation) ?? ""
    let readable = ReaderText.withoutCellModules(declaration)
    return (
      plain: text.isEmpty ? readable : readable + "\n\n" + text,
      markdown: "```swift\n\(readable)\n```" + (text.isEmpty ? "" : "\n\n" + text)
    )
  }

  /// Sends a request; nil if the service does not answer, or says that it cannot.
  private func ask<Answer: Decodable>(_ name: String, _ cell: Cell, _ place: String.Index, _ more: String) -> Answer? {
    let head = cell.header + "\n"
    try? Data((head + cell.source).utf8).write(to: URL(filePath: file))
    let offset = head.utf8.count + cell.source[..<place].utf8.count
    let arguments = ([file] + cell.arguments).map(quoted).joined(separator: ", ")
    let request = """
      { key.request: source.request.\(name), key.sourcefile: \(quoted(file)), key.sourcetext: \(quoted(head + cell.source)), \
      key.offset: \(offset), key.compilerargs: [\(arguments)], \(more) }
      """
    let payload = Data(request.utf8)
    let size = withUnsafeBytes(of: UInt32(payload.count).littleEndian) { Data($0) }
    guard writeAll(size + payload), let head = readExactly(4),
      let answer = readExactly(head.reversed().reduce(0) { $0 << 8 | Int($1) })
    else {
      isLost = true
      return nil
    }
    return try? JSONDecoder().decode(Answer.self, from: Data(answer))
  }

  private func writeAll(_ data: Data) -> Bool {
    data.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = write(requests, bytes.baseAddress?.advanced(by: sent), bytes.count - sent)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }

  private func readExactly(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    while bytes.count < count {
      var poll = pollfd(fd: answers, events: Int16(POLLIN), revents: 0)
      guard Foundation.poll(&poll, 1, Self.patience) > 0,
        let more = readAvailable(answers, limit: count - bytes.count)
      else { return nil }
      bytes += more
    }
    return bytes
  }

  /// A text in quotation marks, as JSON and YAML both have it.
  private func quoted(_ text: String) -> String {
    (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self).replacing("\\/", with: "/") } ?? "\"\""
  }
}

/// Texts of the compiler's service, which come as XML.
enum MarkupText {
  /// The text without its tags.
  static func plain(_ xml: String) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")].reduce(
      xml.replacing(/<[^>]*>/, with: "")
    ) { $0.replacing($1.0, with: $1.1) }
  }

  /// A documentation comment: its paragraphs, what it says of parameters and results, and not its declaration.
  static func documentation(_ xml: String) -> String {
    let body = xml.firstMatch(of: /<CommentParts>(.*)<\/CommentParts>/.dotMatchesNewlines()).map { String($0.1) } ?? xml
    let marked = body.replacing(/<(codeVoice|codeListing[^>]*)>/, with: "`").replacing(
      /<\/(codeVoice|codeListing)>/, with: "`"
    )
    .replacing(/<Name>([^<]*)<\/Name>/) { "- \($0.1): " }.replacing("<ResultDiscussion>", with: "Returns: ")
    .replacing("<ThrowsDiscussion>", with: "Throws: ").replacing("<Direction isExplicit=\"0\">in</Direction>", with: "")
    .replacing(/<\/(Para|Abstract|Parameter)>/, with: "\n\n")
    return plain(marked).replacing(/\n\n\n+/, with: "\n\n").trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
