// The English stemmer ("Porter2"). Martin Porter, 2001. https://snowballstem.org/algorithms/english/stemmer.html

/// Reduces English words to their stems: `riding` and `rides` to `ride`, `horses` to `hors`.
public enum EnglishStemmer {
  /// The stem of a word in lower case.
  public static func stem(_ word: String) -> String {
    if let exception = exceptions[word] { return exception }
    guard word.utf8.count > 2 else { return word }
    var stemming = Stemming(word)
    stemming.run()
    return stemming.text
  }

  private static let exceptions = [
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl", "sky": "sky", "news": "news", "howe": "howe",
    "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
  ]
}

/// A word on its way to its stem. A `y` that is a consonant is written `Y` meanwhile.
private struct Stemming {
  private var word: [UInt8]
  /// Where the regions begin in which suffixes may be taken away.
  private var region1 = 0
  private var region2 = 0

  init(_ text: String) {
    word = Array(text.utf8)
    if word.first == UInt8(ascii: "'") { word.removeFirst() }
    for place in word.indices where word[place] == UInt8(ascii: "y") {
      if place == 0 || isVowel(place - 1) { word[place] = UInt8(ascii: "Y") }
    }
    let prefix = ["gener", "commun", "arsen"].first { word.starts(with: $0.utf8) }
    region1 = prefix.map(\.utf8.count) ?? region(after: 0)
    region2 = region(after: region1)
  }

  var text: String { String(decoding: word, as: UTF8.self).replacing("Y", with: "y") }

  mutating func run() {
    for suffix in ["'s'", "'s", "'"] where drop(suffix) { break }
    plural()
    let known: Set<String> = ["inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"]
    if known.contains(String(decoding: word, as: UTF8.self)) { return }
    pastAndParticiple()
    let last = word.count - 1
    if last > 1, word[last] | 0x20 == UInt8(ascii: "y"), !isVowel(last - 1) { word[last] = UInt8(ascii: "i") }
    derivations()
    moreDerivations()
    endings()
    finalLetter()
  }

  // MARK: The steps

  private mutating func plural() {
    if ends("sses") {
      word.removeLast(2)
    } else if ends("ied") || ends("ies") {
      word.removeLast(word.count > 4 ? 2 : 1)
    } else if ends("us") || ends("ss") {
      return
    } else if ends("s"), hasVowel(before: word.count - 2) {
      word.removeLast()
    }
  }

  private mutating func pastAndParticiple() {
    for suffix in ["eedly", "eed"] where ends(suffix) {
      if isIn(region1, suffix) { replace(suffix, "ee") }
      return
    }
    guard let suffix = ["ingly", "edly", "ing", "ed"].first(where: ends),
      hasVowel(before: word.count - suffix.utf8.count)
    else { return }
    drop(suffix)
    if ends("at") || ends("bl") || ends("iz") {
      word.append(UInt8(ascii: "e"))
    } else if ["bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"].contains(where: ends) {
      word.removeLast()
    } else if region1 >= word.count, endsInShortSyllable(at: word.count) {
      word.append(UInt8(ascii: "e"))
    }
  }

  private mutating func derivations() {
    let table = [
      ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
      ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"),
      ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"), ("anci", "ance"),
      ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ]
    guard let (suffix, replacement) = table.first(where: { ends($0.0) }), isIn(region1, suffix) else { return }
    let before = word.count - suffix.utf8.count - 1
    if suffix == "ogi", before < 0 || word[before] != UInt8(ascii: "l") { return }
    if suffix == "li", before < 0 || !"cdeghkmnrt".utf8.contains(word[before]) { return }
    replace(suffix, replacement)
  }

  private mutating func moreDerivations() {
    let table = [
      ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""),
      ("ical", "ic"), ("ness", ""), ("ful", ""),
    ]
    guard let (suffix, replacement) = table.first(where: { ends($0.0) }), isIn(region1, suffix) else { return }
    if suffix == "ative", !isIn(region2, suffix) { return }
    replace(suffix, replacement)
  }

  private mutating func endings() {
    let table = [
      "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion",
      "al", "er", "ic",
    ]
    guard let suffix = table.first(where: ends), isIn(region2, suffix) else { return }
    let before = word.count - suffix.utf8.count - 1
    if suffix == "ion", before < 0 || !"st".utf8.contains(word[before]) { return }
    drop(suffix)
  }

  private mutating func finalLetter() {
    let last = word.count - 1
    if ends("e") {
      if isIn(region2, "e") || isIn(region1, "e") && !endsInShortSyllable(at: last) { word.removeLast() }
    } else if ends("ll"), isIn(region2, "l") {
      word.removeLast()
    }
  }

  // MARK: The parts of a word

  private func isVowel(_ place: Int) -> Bool { "aeiouy".utf8.contains(word[place]) }

  private func hasVowel(before end: Int) -> Bool { end > 0 && (0..<end).contains(where: isVowel) }

  /// Behind the first consonant that follows a vowel.
  private func region(after start: Int) -> Int {
    var place = start
    while place < word.count, !isVowel(place) { place += 1 }
    while place < word.count, isVowel(place) { place += 1 }
    return min(place + 1, word.count)
  }

  /// Whether what lies before `end` closes with a vowel between consonants (the last not w, x or Y), or is a vowel and a
  /// consonant.
  private func endsInShortSyllable(at end: Int) -> Bool {
    guard end >= 2, isVowel(end - 2), !isVowel(end - 1) else { return false }
    if end == 2 { return true }
    return !isVowel(end - 3) && !"wxY".utf8.contains(word[end - 1])
  }

  private func ends(_ suffix: String) -> Bool {
    word.count >= suffix.utf8.count && word.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  private func isIn(_ region: Int, _ suffix: String) -> Bool { word.count - suffix.utf8.count >= region }

  @discardableResult
  private mutating func drop(_ suffix: String) -> Bool {
    guard ends(suffix) else { return false }
    word.removeLast(suffix.utf8.count)
    return true
  }

  private mutating func replace(_ suffix: String, _ replacement: String) {
    if drop(suffix) { word.append(contentsOf: replacement.utf8) }
  }
}
