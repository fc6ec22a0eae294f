/// Texts as the reader of a notebook is to see them.
package enum ReaderText {
  /// How the names of the modules begin that the kernel makes of cells: as no reader would write, so that they can be told
  /// from the reader's own text.
  package static let modulePrefix = "_NotebookCell"

  /// Without the names of the modules, and of functions, which have an address for a name: `_NotebookCell3.Point` is
  /// `Point`, and `(unknown context at $7f2b4e1d501c).Point` too.
  package static func withoutCellModules(_ text: String) -> String {
    guard text.contains(modulePrefix) || text.contains("(unknown context at $") else { return text }
    let names =
      /\(extension in _NotebookCell[0-9]+\):|_NotebookCell[0-9]+(\.|::|\/)|\(unknown context at \$[0-9a-f]+\)\./
    return text.replacing(names, with: "")
  }

  private static let beginnings = [modulePrefix, "(unknown context at $", "(extension in \(modulePrefix)"]

  /// How many bytes at the end may begin such a name, the rest of which is still to come.
  package static func unfinishedName(in bytes: some BidirectionalCollection<UInt8>) -> Int {
    let tail = Array(bytes.suffix(48))
    for start in tail.indices where tail[start] == UInt8(ascii: "_") || tail[start] == UInt8(ascii: "(") {
      let name = tail[start...]
      let isUnfinished = beginnings.contains { beginning in
        let common = zip(name, beginning.utf8).prefix { $0 == $1 }.count
        // After the beginning come a number, in either notation, and the marks that end the name.
        return common == name.count
          || (common == beginning.utf8.count && name.dropFirst(common).allSatisfy("0123456789abcdef):".utf8.contains))
      }
      if isUnfinished { return tail.count - start }
    }
    return 0
  }
}
