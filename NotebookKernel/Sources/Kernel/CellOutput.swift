import Cells
import Foundation
import Jupyter

/// Something that a cell shows.
package enum CellOutput: Equatable {
  case text(String, isErrors: Bool)
  case display(JSON, id: String?)
  case update(JSON, id: String)
  case result(JSON)
  case clear(wait: Bool)
}

/// Whoever shows what cells show, and looks after clients while cells run.
package protocol CellHost: AnyObject {
  func show(_ output: CellOutput)
  /// Asks for a line of input; returns at once. The answer comes through ``CellSession/answerInput(_:)``.
  func askForInput(prompt: String, isPassword: Bool)
  /// Waits until one of the sources has something to read.
  func wait(for sources: [Poll.Source], milliseconds: Int) -> Set<Poll.Source>
}

/// The formats of a display as Jupyter takes them: text as it is, bytes in base 64, JSON as JSON.
func bundle(fields: ArraySlice<[UInt8]>) -> JSON {
  var members: [String: JSON] = [:]
  var rest = fields
  while rest.count >= 3 {
    let triple = Array(rest.prefix(3))
    rest = rest.dropFirst(3)
    let mime = String(decoding: triple[0], as: UTF8.self)
    if triple[1] == [0x62] {
      members[mime] = .string(Data(triple[2]).base64EncodedString())
      continue
    }
    let text = ReaderText.withoutCellModules(String(decoding: triple[2], as: UTF8.self))
    if mime == "application/json" || mime.hasSuffix("+json") {
      members[mime] = JSON(parsing: Data(text.utf8)) ?? .string("This is no JSON: " + text)
    } else {
      members[mime] = .string(text)
    }
  }
  return .object(members)
}
