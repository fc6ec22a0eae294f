/// A cell as it is compiled, and what it declares.
package struct RewrittenCell {
  /// The reader's text with its edits.
  package internal(set) var edits: EditedSource
  /// What later cells can use, by the statements that declare it.
  var declared: [Int: [Declaration]] = [:]
  /// The types that it extends, by the statements that do.
  var extensions: [Int: String] = [:]
  /// The modules it imports.
  package internal(set) var imports: [String] = []
  /// Whether its top level waits for something.
  package internal(set) var isAsync = false

  /// The byte range of each statement, and which of them declare variables, or import.
  var statements: [Range<Int>] = []
  var variables: Set<Int> = []
  var importing: Set<Int> = []

  init(source: String) { edits = EditedSource(source) }

  /// What later cells can use.
  package var declarations: [Declaration] { declared.sorted { $0.key < $1.key }.flatMap(\.value) }
  var extended: [String] { extensions.sorted { $0.key < $1.key }.map(\.value) }

  /// Whether later cells need it.
  package var isPublished: Bool { !declared.isEmpty || !imports.isEmpty || !importing.isEmpty }

  /// Whether some variables had not got their values when the cell had come to this statement.
  package func hasUnreachedVariables(after mark: Int) -> Bool { variables.contains { $0 > mark } }

  /// What is left of a cell that ended early: its declarations, without the variables that it did not come to.
  ///
  /// - Parameter keepsLater: whether to keep functions and types that stand after the last variable reached; they may need
  ///   variables that were not.
  package func declarationsReached(mark: Int, keepsLater: Bool) -> RewrittenCell {
    var copy = self
    for (index, range) in statements.enumerated() {
      let isKept =
        importing.contains(index)
        || (declared[index] != nil && (index <= mark || (keepsLater && !variables.contains(index))))
      guard !isKept else { continue }
      copy.edits.remove(range)
      copy.declared[index] = nil
      copy.extensions[index] = nil
    }
    return copy
  }
}
