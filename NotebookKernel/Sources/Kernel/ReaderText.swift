/// Texts as the reader of a notebook is to see them.
package enum ReaderText {
  /// Without the names of the modules that the kernel makes of cells, and of functions, which have an address for a name:
  /// `Cell3.Point` is `Point`, and `(unknown context at $7f2b4e1d501c).Point` too.
  package static func withoutCellModules(_ text: String) -> String {
    guard text.contains("Cell") || text.contains("(unknown context") else { return text }
    return text.replacing(/\bCell[0-9]+(\.|::)|\(unknown context at \$[0-9a-f]+\)\./, with: "")
  }
}
