import Foundation

/// A piece of an HTML page. Text that is put into it is escaped; only other pieces, and literals in the source, are not.
///
/// ```swift
/// let cell: HTML = "<td>\(name)</td>"   // whatever `name` holds, it is shown, and never becomes part of the page
/// ```
struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
  let description: String

  private init(verbatim: String) { description = verbatim }

  init(stringLiteral value: String) { description = value }

  init(stringInterpolation: StringInterpolation) { description = stringInterpolation.text }

  struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    /// Text from outside, safe between tags and inside quotation marks.
    mutating func appendInterpolation(_ value: some StringProtocol) {
      for scalar in value.unicodeScalars {
        switch scalar {
        case "&": text += "&amp;"
        case "<": text += "&lt;"
        case ">": text += "&gt;"
        case "\"": text += "&quot;"
        case "'": text += "&#39;"
        case "\n", "\t": text.unicodeScalars.append(scalar)
        case _ where scalar.properties.generalCategory == .control: text += "\u{FFFD}"
        default: text.unicodeScalars.append(scalar)
        }
      }
    }

    mutating func appendInterpolation(_ value: Int) { text += String(value) }

    mutating func appendInterpolation(_ piece: HTML) { text += piece.description }

    mutating func appendInterpolation(_ pieces: [HTML]) { for piece in pieces { text += piece.description } }

    mutating func appendInterpolation(_ piece: HTML?) { text += piece?.description ?? "" }
  }

  /// Bytes of a file inside the page, as an address for `src`.
  static func dataURI(_ data: Data, type: String) -> HTML {
    HTML(verbatim: "data:\(type);base64,\(data.base64EncodedString())")
  }
}

extension Double {
  /// A share as a percentage: `93.4%`.
  func percent(digits: Int = 1) -> String { isFinite ? String(format: "%.\(digits)f%%", self * 100) : "-" }
}
