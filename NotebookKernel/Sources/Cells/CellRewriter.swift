import SwiftParser
import SwiftSyntax

/// Turns the text of a cell into a script that later cells can build on.
///
/// Only what has to change is changed, in place and without touching a line break: imports are passed on to later cells,
/// variables say that they have their values, the last expression is shown.
package struct CellRewriter {
  /// What a variable of this name is called outside this cell: the number of the cell that declared it last.
  package var origins: [String: Int]
  /// Modules that an earlier cell imported.
  package var imported: Set<String>
  /// Treat the cell as asynchronous even where nothing in it waits.
  package var isForcedAsync = false

  package init(origins: [String: Int] = [:], imported: Set<String> = []) {
    self.origins = origins
    self.imported = imported
  }

  /// Rewrites a cell. Text that is not Swift comes back as it is, for the compiler to say what is wrong with it.
  package func rewrite(_ source: String) -> RewrittenCell {
    let tree = Parser.parse(source: source)
    var cell = RewrittenCell(source: source)
    guard !tree.hasError else { return cell }
    cell.isAsync = isForcedAsync || tree.statements.contains(where: \.isAsynchronous)
    let last = tree.statements.last?.id
    for (index, statement) in tree.statements.enumerated() {
      cell.statements.append(statement.start..<statement.end)
      if let declaration = statement.item.as(DeclSyntax.self) {
        rewrite(declaration, index, &cell)
      } else if let guarded = statement.item.as(GuardStmtSyntax.self) {
        rewrite(guarded, index, &cell)
      } else if let expression = statement.item.as(ExprSyntax.self), statement.id == last, statement.semicolon == nil,
        expression.hasValueToShow
      {
        show(expression, &cell)
      }
    }
    if isForcedAsync { cell.edits.insert("; await _notebookWait()", at: source.utf8.count) }
    return cell
  }

  private func rewrite(_ declaration: DeclSyntax, _ index: Int, _ cell: inout RewrittenCell) {
    let names = Declaration.names(of: declaration)
    if !names.isEmpty { cell.declared[index, default: []] += names }
    // A reader expects the helper of one cell in the next.
    if let access = declaration.modifiers?.access,
      [.keyword(.private), .keyword(.fileprivate)].contains(access.name.tokenKind)
    {
      cell.edits.blank(access.start..<access.end)
    }
    if let node = declaration.as(ImportDeclSyntax.self) {
      rewrite(node, index, &cell)
    } else if let node = declaration.as(VariableDeclSyntax.self) {
      rewrite(node, index, &cell)
    } else if let node = declaration.as(ExtensionDeclSyntax.self) {
      cell.extensions[index] = node.extendedType.trimmedDescription
      if node.inheritanceClause != nil { publishMembers(of: node, &cell) }
    } else if let node = declaration.as(IfConfigDeclSyntax.self) {
      rewrite(node, index, &cell)
    }
  }

  /// What stands between `#if` and `#endif`. Which of it is compiled is not known here, so it gives no names.
  private func rewrite(_ node: IfConfigDeclSyntax, _ index: Int, _ cell: inout RewrittenCell) {
    for clause in node.clauses {
      guard case .statements(let items) = clause.elements else { continue }
      for item in items {
        if let declaration = item.item.as(DeclSyntax.self) { rewrite(declaration, index, &cell) }
      }
    }
    if cell.declared[index] != nil { cell.declared[index] = [Declaration(kind: .other, name: "")] }
  }

  // MARK: Imports

  private func rewrite(_ node: ImportDeclSyntax, _ index: Int, _ cell: inout RewrittenCell) {
    cell.importing.insert(index)
    let module = node.path.first?.name.text ?? ""
    // A part of a module (`import struct M.S`) does not bring the module.
    guard node.importKindSpecifier == nil else {
      cell.edits.insert("@_exported ", at: node.start)
      return
    }
    // Imported once more, its names would stand beside the reader's own of an earlier cell.
    if imported.contains(module) {
      cell.edits.blank(node.start..<node.end)
    } else if !node.attributes.contains(where: { $0.trimmedDescription == "@_exported" }) {
      cell.edits.insert("@_exported ", at: node.start)
    }
    cell.imports.append(module)
  }

  // MARK: Variables

  private func rewrite(_ node: VariableDeclSyntax, _ index: Int, _ cell: inout RewrittenCell) {
    cell.variables.insert(index)
    let isIsolated = !node.modifiers.contains {
      [.keyword(.async), .keyword(.nonisolated)].contains($0.name.tokenKind)
    }
    if cell.isAsync && isIsolated && !node.attributes.contains(where: { $0.trimmedDescription.hasSuffix("Actor") }) {
      // Else the variable would belong to the main actor, and later cells could not use it freely.
      cell.edits.insert("nonisolated(unsafe) ", at: DeclSyntax(node).modifierPosition)
    }
    let own = Set(node.boundNames)
    for binding in node.bindings {
      guard let value = binding.initializer?.value else { continue }
      for reference in references(in: value) {
        // `let x = x.sorted()` means the earlier cell's.
        guard own.contains(reference.baseName.text), let origin = origins[reference.baseName.text] else { continue }
        cell.edits.insert("\(CellChain.module(origin))::", at: reference.start)
      }
    }
    cell.edits.insert("; _notebookMark(\(index))", at: node.end)
  }

  private func references(in value: ExprSyntax) -> [DeclReferenceExprSyntax] {
    final class Finder: SyntaxVisitor {
      var found: [DeclReferenceExprSyntax] = []

      override func visit(_ node: DeclReferenceExprSyntax) -> SyntaxVisitorContinueKind {
        let member = node.parent?.as(MemberAccessExprSyntax.self)
        if member == nil || member?.base?.id == ExprSyntax(node).id { found.append(node) }
        return .visitChildren
      }
    }
    let finder = Finder(viewMode: .sourceAccurate)
    finder.walk(value)
    return finder.found
  }

  // MARK: Guards

  /// The compiler does not export names that a top-level `guard` binds, so they become variables.
  private func rewrite(_ node: GuardStmtSyntax, _ index: Int, _ cell: inout RewrittenCell) {
    let names = node.conditions.flatMap { condition -> [String] in
      switch condition.condition {
      case .optionalBinding(let binding): namesBound(in: binding.pattern)
      case .matchingPattern(let matching): namesBound(in: matching.pattern)
      default: []
      }
    }
    guard !names.isEmpty else { return }
    let list = names.count == 1 ? names[0] : "(\(names.joined(separator: ", ")))"
    let effects = (node.throwsErrors ? "try " : "") + (node.isAsynchronous ? "await " : "")
    let isolation = cell.isAsync ? "nonisolated(unsafe) " : ""
    cell.edits.insert("\(isolation)let \(list) = \(effects){ ", at: node.start)
    cell.edits.insert("; return \(list) }(); _notebookMark(\(index))", at: node.end)
    cell.declared[index] = names.map { Declaration(kind: .variable, name: $0) }
    cell.variables.insert(index)
  }

  // MARK: Extensions

  /// A member that fulfils a protocol of an earlier cell has to be public, as the import makes the protocol public.
  private func publishMembers(of node: ExtensionDeclSyntax, _ cell: inout RewrittenCell) {
    guard node.modifiers.access == nil else { return }
    for member in node.memberBlock.members {
      guard let modifiers = member.decl.modifiers, modifiers.access == nil else { continue }
      cell.edits.insert("public ", at: member.decl.modifierPosition)
    }
  }

  // MARK: The last expression

  private func show(_ expression: ExprSyntax, _ cell: inout RewrittenCell) {
    cell.edits.insert("_notebookShow(", at: expression.start)
    cell.edits.insert(")", at: expression.end)
  }
}
