/// How a cell ended, as the worker tells it.
package struct CellEnding: Equatable {
  package enum Kind: Character {
    case ended = "e"
    case threw = "t"
    case trapped = "x"
    case trappedElsewhere = "b"
    case interrupted = "i"
    case exited = "q"
    case unloadable = "u"
  }

  package var kind: Kind
  /// The last statement whose variables have their values.
  package var mark: Int
  /// The exit code, or the signal of a trap.
  package var number: Int32
  /// Threads that traps have taken from the worker so far.
  package var lostThreads: Int
  /// An error's type and text.
  package var errorType: String
  package var errorText: String
  /// Where it happened, innermost first: a library and an offset a line.
  package var frames: String

  /// Reads the record `D`; nil if it is damaged.
  package init?(_ payload: [UInt8]) {
    let parts = payload.split(separator: 0x1e, maxSplits: 5, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard parts.count == 6, let letter = parts[0].first, let kind = Kind(rawValue: letter), let mark = Int(parts[1]),
      let number = Int32(parts[2]), let lost = Int(parts[3])
    else { return nil }
    self.kind = kind
    self.mark = mark
    self.number = number
    lostThreads = lost
    let error = parts[4].split(separator: "\u{1F}", maxSplits: 1, omittingEmptySubsequences: false)
    errorType = error.count == 2 ? String(error[0]) : ""
    errorText = String(error.last ?? "")
    frames = parts[5]
  }
}
