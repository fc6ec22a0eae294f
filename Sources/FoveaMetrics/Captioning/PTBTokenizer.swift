// The Penn Treebank's way of cutting English into words, as the COCO caption evaluation has it done by Stanford's
// tokenizer (Chen et al., 2015, https://arxiv.org/abs/1504.00325): lower case, and no punctuation.

/// Cuts captions into words as the COCO evaluation does, so that scores can be compared with published ones.
///
/// ```swift
/// PTBTokenizer.words("A man's riding a horse, isn't he?")
/// // ["a", "man", "'s", "riding", "a", "horse", "is", "n't", "he"]
/// ```
/// It follows the rules of Stanford's tokenizer that captions need: contractions, abbreviations, numbers, quotation marks,
/// brackets. Rarer ones (emoticons, phone numbers, fractions with a space) are left out.
public enum PTBTokenizer {
  /// The words of a caption, in lower case, without punctuation.
  public static func words(_ caption: String) -> [String] {
    var scanner = Scanner(caption)
    return scanner.tokens().filter { !punctuation.contains($0) }
  }

  /// What the evaluation leaves out. Brackets stay: they are upper case on its list, and lower case in the text.
  private static let punctuation: Set<String> = [
    "''", "'", "``", "`", "-LRB-", "-RRB-", "-LCB-", "-RCB-", ".", "?", "!", ",", ":", "-", "--", "...", ";",
  ]
}

/// One caption while it is being cut.
private struct Scanner {
  private let text: [Unicode.Scalar]
  private let isUppercase: [Bool]
  private var position = 0
  private var found: [String] = []

  init(_ caption: String) {
    let letters = caption.unicodeScalars.flatMap { scalar in
      scalar.properties.lowercaseMapping.unicodeScalars.map { (lower: $0, isUppercase: scalar.properties.isUppercase) }
    }
    text = letters.map(\.lower)
    isUppercase = letters.map(\.isUppercase)
  }

  mutating func tokens() -> [String] {
    while position < text.count {
      let scalar = text[position]
      if scalar.properties.isWhitespace {
        position += 1
      } else if isWordPart(scalar) || startsWord() {
        word()
      } else {
        symbol()
      }
    }
    return found
  }

  private func at(_ place: Int) -> Unicode.Scalar? { text.indices.contains(place) ? text[place] : nil }

  private func isWordPart(_ scalar: Unicode.Scalar?) -> Bool {
    guard let scalar else { return false }
    return scalar.properties.isAlphabetic || isDigit(scalar) || scalar == "_"
  }

  private func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.numericType == .decimal }

  private func isApostrophe(_ scalar: Unicode.Scalar?) -> Bool { scalar == "'" || scalar == "\u{2019}" }

  /// Whether a word begins with a mark here: `@home`, `#1` not, `-5`, `.5`, `'80s`, `'s`.
  private func startsWord() -> Bool {
    let next = at(position + 1)
    switch text[position] {
    case "@", "#": return next.map { $0.properties.isAlphabetic } ?? false
    case "-", "+": return isDigit(next) && !isWordPart(at(position - 1))
    case ".": return isDigit(next)
    case "'", "\u{2019}": return isDigit(next) && isDigit(at(position + 2)) && at(position + 3) == "s"
    default: return false
    }
  }

  private mutating func word() {
    let start = position
    position += 1
    if isDigit(text[start]) || isDigit(at(start + 1)) && !isWordPart(text[start]) {
      numberEnd()
    }
    while let scalar = at(position) {
      if isWordPart(scalar) || scalar.properties.generalCategory == .nonspacingMark {
        position += 1
      } else if joins(scalar, wordFrom: start) {
        position += 2
      } else {
        break
      }
    }
    if at(position) == "." && endsAbbreviation(from: start) { position += 1 }
    emit(text[start..<position])
  }

  /// Moves behind `10:30`, `1,000.50` or `3/4`.
  private mutating func numberEnd() {
    while let scalar = at(position) {
      if isDigit(scalar) {
        position += 1
      } else if ".,:/".unicodeScalars.contains(scalar), isDigit(at(position + 1)), isDigit(at(position - 1)) {
        position += 2
      } else {
        return
      }
    }
  }

  /// Whether a mark inside a word holds its parts together, as in `t-shirt`, `a/c`, `AT&T` (not `at&t`), `birds.and`, `o'clock`.
  private func joins(_ mark: Unicode.Scalar, wordFrom start: Int) -> Bool {
    guard isWordPart(at(position + 1)) else { return false }
    switch mark {
    case "-", "/", "@": return true
    case "&": return isUppercase[position - 1] && isUppercase[position + 1]
    case ".": return !isDigit(text[start]) || isDigit(at(position + 1))
    case "'", "\u{2019}":
      let before = String(String.UnicodeScalarView(text[start..<position]))
      let letters = text[(position + 1)...].prefix(while: isWordPart)
      let after = String(String.UnicodeScalarView(letters))
      if after == "clock" || ["o", "d", "l", "c'", "rock"].contains(before) && after.count > 2 { return true }
      return !contractions.contains(after) && !(after == "t" && before.hasSuffix("n")) && position - start == 1
        && after.count > 1
    default: return false
    }
  }

  private func endsAbbreviation(from start: Int) -> Bool {
    let word = String(String.UnicodeScalarView(text[start..<position]))
    if abbreviations.contains(word) { return true }
    if word.unicodeScalars.count == 1 { return word.unicodeScalars.allSatisfy(\.properties.isAlphabetic) && !isLast }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    if parts.count > 1 { return parts.allSatisfy { $0.count == 1 && $0.allSatisfy(\.isLetter) } }
    // `No. 5`, but `he said no. 5 dogs` is beyond it, as it is beyond Stanford's.
    guard ["no", "nos", "pp", "fig", "figs", "op", "art"].contains(word), at(position + 1) == " " else { return false }
    return isDigit(at(position + 2))
  }

  /// Whether nothing but the full stop is left: it then ends the sentence.
  private var isLast: Bool { text[(position + 1)...].allSatisfy(\.properties.isWhitespace) }

  /// Adds a word, its contractions apart: `is n't`, `man 's`, `gon na`.
  private mutating func emit(_ scalars: ArraySlice<Unicode.Scalar>) {
    let word = String(String.UnicodeScalarView(scalars))
    if let first = joinedWords[word] {
      found += [String(word.prefix(first)), String(word.dropFirst(first))]
      return
    }
    if let split = clockTime(word) { return found += split }
    guard isApostrophe(at(position)) else { return found.append(word) }
    let letters = String(String.UnicodeScalarView(text[(position + 1)...].prefix(while: isWordPart)))
    if letters == "t", word.hasSuffix("n") {  // `don't`, or `do n't` in a text that was cut before
      found += [String(word.dropLast()), "n't"].filter { !$0.isEmpty }
      position += 2
    } else if contractions.contains(letters) {
      found += [word, "'" + letters]
      position += 1 + letters.unicodeScalars.count
    } else {
      found.append(word)
    }
  }

  /// `10:30am` is two words.
  private func clockTime(_ word: String) -> [String]? {
    for half in ["am", "pm"] where word.hasSuffix(half) {
      let time = word.dropLast(2)
      if time.contains(":"), time.allSatisfy({ $0.isNumber || $0 == ":" }) { return [String(time), half] }
    }
    return nil
  }

  private mutating func symbol() {
    let scalar = text[position]
    switch scalar {
    case ".", "\u{2026}":
      let length = run { $0 == "." }
      found.append(scalar == "\u{2026}" || length > 1 ? "..." : ".")
    case "?", "!":
      let start = position
      _ = run { $0 == "?" || $0 == "!" }
      found.append(String(String.UnicodeScalarView(text[start..<position])))
    case "-", "\u{2013}", "\u{2014}":
      let length = run { $0 == scalar }
      found.append(scalar == "-" && length == 1 ? "-" : "--")
    case "'", "\u{2019}", "\u{2018}", "`": apostrophe()
    case "\"", "\u{201C}", "\u{201D}":
      position += 1
      found.append("''")
    default:
      position += 1
      found.append(rewritten[scalar] ?? String(Character(scalar)))
    }
  }

  /// An apostrophe that follows no word: a contraction that stands alone (`'s`, `'t is`, `'n'`), or a quotation mark.
  private mutating func apostrophe() {
    position += 1
    let letters = String(String.UnicodeScalarView(text[position...].prefix(while: isWordPart)))
    if contractions.contains(letters) {
      position += letters.unicodeScalars.count
      found.append("'" + letters)
    } else if letters == "tis" || letters == "twas" {
      position += 1
      found.append("'t")
    } else if letters == "n" {
      position += isApostrophe(at(position + 1)) ? 2 : 1
      found.append(isApostrophe(at(position - 1)) ? "'n'" : "'n")
    } else {
      found.append("'")
    }
  }

  private mutating func run(_ belongs: (Unicode.Scalar) -> Bool) -> Int {
    let start = position
    position += 1
    while let scalar = at(position), belongs(scalar) { position += 1 }
    return position - start
  }
}

/// What follows an apostrophe and is a word of its own.
private let contractions: Set<String> = ["s", "m", "d", "re", "ve", "ll"]

/// Words that are two, and the length of the first.
private let joinedWords = [
  "cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "gimme": 3, "lemme": 3,
]

/// Words that keep their full stop.
private let abbreviations: Set<String> = Set(
  """
  mr mrs ms dr prof st jr sr gen col sgt lt capt rev hon gov pres sen rep jan feb mar apr jun jul aug sep sept oct nov dec \
  mon tue tues wed thu thurs fri vs v etc inc co ltd corp bros ft mt ave blvd rd dept est al tel maj cmdr messrs mlle mme \
  ph.d ph ext bldg sq ct assn univ intl adj adv asst calif va ga fla ariz colo conn ind kan ky md mich minn mo neb nev \
  okla penn tenn wis wyo vt alex wm jos cie cf
  """.split(separator: " ").map(String.init))

/// Brackets and currencies as the Treebank writes them.
private let rewritten: [Unicode.Scalar: String] = [
  "(": "-lrb-", ")": "-rrb-", "[": "-lsb-", "]": "-rsb-", "{": "-lcb-", "}": "-rcb-", "\u{A3}": "#", "\u{20AC}": "$",
  "\u{A2}": "cents",
]
