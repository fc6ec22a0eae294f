/// Shows a value in the notebook, below what was printed so far.
///
/// ```swift
/// display(HTML("<b>bold</b>"))
/// display(chart, id: "losses")          // and later, in the same place:
/// updateDisplay(chart, id: "losses")
/// ```
///
/// - Parameter id: a name by which ``updateDisplay(_:id:)`` finds the display again.
public func display<Value>(_ value: Value, id: String? = nil) {
  Record.display(.display, DisplayBundle(value), id: id)
}

/// Shows what is known of a value that cannot be copied.
@_disfavoredOverload
public func display<Value: ~Copyable>(_ value: borrowing Value, id: String? = nil) {
  Record.display(.display, DisplayBundle(uncopiable: Value.self), id: id)
}

/// Shows a value in place of the one that was displayed with this id.
///
/// Updates that come quicker than a reader could follow are passed over, but never the last one.
public func updateDisplay<Value>(_ value: Value, id: String) {
  Record.display(.update, DisplayBundle(value), id: id)
}

/// Empties the output of the cell.
///
/// - Parameter wait: whether to do so only when the next output comes, so that nothing flickers.
public func clearOutput(wait: Bool = false) {
  Record.send(.clear, [[wait ? 1 : 0]])
}
