/// Texts as the reader of a notebook is to see them.
package enum ReaderText {
  /// Without the names of the modules that the kernel makes of cells: `Cell3.Point` is `Point`.
  package static func withoutCellModules(_ text: String) -> String {
    guard text.contains("Cell") else { return text }
    return text.replacing(/\bCell[0-9]+(\.|::)/, with: "")
  }
}
