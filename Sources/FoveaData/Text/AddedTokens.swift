/// Tokens that are found in a text before it is cut into others: `<|endoftext|>`, `[MASK]`.
public struct AddedTokens: Sendable, Equatable {
  /// One of them.
  public struct Token: Sendable, Equatable {
    public var id: Int
    public var content: String
    /// Whether it is left out when tokens become text.
    public var isSpecial = true
    /// Whether it takes white space before it, or behind it, along.
    public var stripsLeft = false
    public var stripsRight = false

    public init(id: Int, content: String, isSpecial: Bool = true, stripsLeft: Bool = false, stripsRight: Bool = false) {
      self.id = id
      self.content = content
      self.isSpecial = isSpecial
      self.stripsLeft = stripsLeft
      self.stripsRight = stripsRight
    }
  }

  public let tokens: [Token]
  private let special: Set<Int>

  public init(_ tokens: [Token] = []) {
    self.tokens = tokens.filter { !$0.content.isEmpty }
    special = Set(tokens.filter(\.isSpecial).map(\.id))
  }

  /// Whether a number is that of a special token.
  public func isSpecial(_ id: Int) -> Bool { special.contains(id) }

  enum Part {
    case text(Substring)
    case token(Int)
  }

  /// The text cut at these tokens. The leftmost comes first, and of several there the longest.
  func split(_ text: String) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    let bytes = tokens.map { (token: $0, bytes: Array($0.content.utf8)) }.sorted { $0.bytes.count > $1.bytes.count }
    let starts = Set(bytes.map { $0.bytes[0] })
    var place = rest.utf8.startIndex
    while place < rest.utf8.endIndex {
      let found = starts.contains(rest.utf8[place]) ? bytes.first { rest.utf8[place...].starts(with: $0.bytes) } : nil
      guard let found else {
        place = rest.utf8.index(after: place)
        continue
      }
      var before = rest[..<place]
      var after = rest[rest.utf8.index(place, offsetBy: found.bytes.count)...]
      if found.token.stripsLeft { while before.last?.isWhitespace ?? false { before.removeLast() } }
      if found.token.stripsRight { after = after.drop(while: \.isWhitespace) }
      if !before.isEmpty { parts.append(.text(before)) }
      parts.append(.token(found.token.id))
      rest = after
      place = rest.utf8.startIndex
    }
    if !rest.isEmpty { parts.append(.text(rest)) }
    return parts
  }
}
