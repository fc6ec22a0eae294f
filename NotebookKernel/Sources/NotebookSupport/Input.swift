/// A line that the reader of the notebook types; nil where none can be asked for.
///
/// It stands before the standard library's function of this name, as a notebook has no terminal.
public func readLine(strippingNewline: Bool = true) -> String? {
  input("").map { strippingNewline ? $0 : $0 + "\n" }
}

/// Asks the reader of the notebook for a line; nil where nobody can be asked.
public func input(_ prompt: String, isPassword: Bool = false) -> String? {
  let question = [Array(DisplayBundle.bounded(prompt).utf8), [isPassword ? 1 : 0]]
  guard let answer = Record.ask(.input, question), answer.first == 1 else { return nil }
  return String(decoding: answer.dropFirst(), as: UTF8.self)
}
