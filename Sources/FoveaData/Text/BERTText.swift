import Foundation

/// How BERT prepares text: control characters out, Chinese characters apart, lower case without accents, punctuation
/// apart.
struct BERTText: Sendable, Equatable {
  var cleans = true
  var separatesChinese = true
  var stripsAccents = true
  var lowercases = true

  /// The words of a text.
  func words(_ text: Substring) -> [[Unicode.Scalar]] {
    var words: [[Unicode.Scalar]] = []
    var word: [Unicode.Scalar] = []
    func close() {
      if !word.isEmpty { words.append(word) }
      word = []
    }
    for scalar in normalized(text) {
      if scalar.properties.isWhitespace {
        close()
      } else if isPunctuation(scalar) {
        close()
        words.append([scalar])
      } else {
        word.append(scalar)
      }
    }
    close()
    return words
  }

  private func normalized(_ text: Substring) -> [Unicode.Scalar] {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if cleans {
        if scalar.value == 0 || scalar == "\u{FFFD}" || isControl(scalar) { continue }
        if scalar.properties.isWhitespace {
          scalars.append(" ")
          continue
        }
      }
      if separatesChinese, isChinese(scalar) { scalars += [" ", scalar, " "] } else { scalars.append(scalar) }
    }
    if stripsAccents, scalars.contains(where: { $0.value > 0x7F }) {
      let text = String(String.UnicodeScalarView(scalars)).decomposedStringWithCanonicalMapping
      scalars = text.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }
    }
    return lowercases ? scalars.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) } : scalars
  }

  private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .unassigned, .privateUse, .surrogate: return true
    default: return false
    }
  }

  private func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return !scalar.properties.isAlphabetic && (0x21...0x7E).contains(scalar.value) && !isDigit(scalar)
    }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }

  private func isChinese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}
