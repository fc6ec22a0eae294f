/// A cell as it is compiled, and what it declares.
package struct RewrittenCell {
  /// The reader's text with its edits.
  package internal(set) var edits: EditedSource
  /// What later cells can use.
  package internal(set) var declarations: [Declaration] = []
  /// The modules it imports.
  package internal(set) var imports: [String] = []
  /// Whether its top level waits for something.
  package internal(set) var isAsync = false

  /// The byte range of each statement, and which of them declare something, declare variables, or import.
  var statements: [Range<Int>] = []
  var declaring: Set<Int> = []
  var variables: Set<Int> = []
  var importing: Set<Int> = []

  init(source: String) { edits = EditedSource(source) }

  /// Whether later cells need it.
  package var isPublished: Bool { !declarations.isEmpty || !imports.isEmpty || !importing.isEmpty }

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
        || (declaring.contains(index) && (index <= mark || (keepsLater && !variables.contains(index))))
      if !isKept { copy.edits.remove(range) }
    }
    return copy
  }
}
