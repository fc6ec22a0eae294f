import Cells
import Foundation
import Jupyter

extension Kernel {
  func isComplete(_ code: String) -> JSON {
    switch Completeness(of: CellOptions(code).source) {
    case .complete: ["status": "complete"]
    case .incomplete(let indent): ["status": "incomplete", "indent": .string(indent)]
    case .invalid: ["status": "invalid"]
    }
  }

  /// What can stand at the cursor.
  func complete(_ request: JSON) -> JSON {
    let code = request["code"]?.string ?? ""
    let cursor = cursor(request, in: code)
    let start =
      code[..<cursor].lastIndex { !$0.isLetter && !$0.isNumber && $0 != "_" }.map { code.index(after: $0) }
      ?? code.startIndex
    let names = languageService?.completions(of: cell(code), at: start, prefix: String(code[start..<cursor])) ?? []
    return [
      "status": "ok", "matches": .array(names.map { .string($0) }), "metadata": [:],
      "cursor_start": JSON(code[..<start].unicodeScalars.count),
      "cursor_end": JSON(code[..<cursor].unicodeScalars.count),
    ]
  }

  /// The declaration and the documentation of the name at the cursor.
  func inspect(_ request: JSON) -> JSON {
    let code = request["code"]?.string ?? ""
    var start = cursor(request, in: code)
    while start > code.startIndex, code[code.index(before: start)].isPartOfName { start = code.index(before: start) }
    guard let text = languageService?.documentation(of: cell(code), at: start) else {
      return ["status": "ok", "found": false, "data": [:], "metadata": [:]]
    }
    return [
      "status": "ok", "found": true, "metadata": [:],
      "data": ["text/plain": .string(text.plain), "text/markdown": .string(text.markdown)],
    ]
  }

  /// The cursor's place; Jupyter counts Unicode scalars, and a client may say anything.
  private func cursor(_ request: JSON, in code: String) -> String.Index {
    let scalars = code.unicodeScalars
    guard let count = request["cursor_pos"]?.integer, count >= 0 else { return code.endIndex }
    let index = scalars.index(scalars.startIndex, offsetBy: count, limitedBy: scalars.endIndex) ?? scalars.endIndex
    return index.samePosition(in: code) ?? code.endIndex
  }

  private func cell(_ code: String) -> LanguageService.Cell {
    let context = session?.contextOfNextCell ?? (header: "", arguments: [])
    return LanguageService.Cell(header: context.header, source: CellOptions(code).source, arguments: context.arguments)
  }

  /// Started when it is first needed, and when it is lost.
  private var languageService: LanguageService? {
    if language?.isLost != false, let session {
      language = try? LanguageService(program: session.installation.languageService, toolchain: session.toolchain)
    }
    return language
  }
}

extension Character {
  fileprivate var isPartOfName: Bool { isLetter || isNumber || self == "_" }
}
