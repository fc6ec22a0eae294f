import CNotebookWorker

// What the kernel writes into the text of a cell. The names begin with an underscore to stay out of the reader's way.

/// The cell has done its statements up to this number.
public func _notebookMark(_ position: Int) { notebook_mark(Int64(position)) }

/// Shows the value of a cell's last expression.
public func _notebookShow<Value>(_ value: Value) {
  if value is Void { return }
  Record.display(.result, DisplayBundle(value))
}

/// Shows what is known of a value that cannot be copied.
@_disfavoredOverload
public func _notebookShow<Value: ~Copyable>(_ value: borrowing Value) {
  Record.display(.result, DisplayBundle(uncopiable: Value.self))
}

/// Makes a cell asynchronous that has nothing else to wait for.
public func _notebookWait() async {}

/// The type of an error, the byte 0x1f, and its description, for the kernel.
@_cdecl("notebook_describe_error")
func describe(_ error: UnsafeRawPointer) -> UnsafeMutablePointer<CChar>? {
  let error = unsafeBitCast(error, to: (any Error).self)
  let text = DisplayBundle.bounded("\(error)")
  return "\(_typeName(type(of: error)))\u{1F}\(text)".withCString { duplicate($0) }
}
