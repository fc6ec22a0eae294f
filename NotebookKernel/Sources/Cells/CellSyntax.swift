import SwiftSyntax

// Questions about the syntax of a cell's statements.

extension SyntaxProtocol {
  /// Where the text proper begins and ends, comments and spaces around it left out.
  var start: Int { positionAfterSkippingLeadingTrivia.utf8Offset }
  var end: Int { endPositionBeforeTrailingTrivia.utf8Offset }

  /// Whether it waits for something: `await`, `for await` or `async let`, outside functions, closures and types.
  var isAsynchronous: Bool { contains(\.waits) }

  /// Whether it holds a `try` that lets errors through, outside functions, closures and types.
  var throwsErrors: Bool { contains(\.throwsErrors) }

  private func contains(_ property: (EffectFinder) -> Bool) -> Bool {
    let finder = EffectFinder(viewMode: .sourceAccurate)
    finder.walk(self)
    return property(finder)
  }
}

private final class EffectFinder: SyntaxVisitor {
  var waits = false
  var throwsErrors = false

  override func visit(_ node: AwaitExprSyntax) -> SyntaxVisitorContinueKind {
    waits = true
    return .visitChildren
  }

  override func visit(_ node: TryExprSyntax) -> SyntaxVisitorContinueKind {
    if node.questionOrExclamationMark == nil { throwsErrors = true }
    return .visitChildren
  }

  override func visit(_ node: ForStmtSyntax) -> SyntaxVisitorContinueKind {
    if node.awaitKeyword != nil { waits = true }
    return .visitChildren
  }

  override func visit(_ node: VariableDeclSyntax) -> SyntaxVisitorContinueKind {
    if node.modifiers.contains(where: { $0.name.tokenKind == .keyword(.async) }) { waits = true }
    return .visitChildren
  }

  override func visit(_ node: AccessorBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
  override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
  override func visit(_ node: FunctionDeclSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
  override func visit(_ node: MemberBlockSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}

extension ExprSyntax {
  /// Whether a last statement of this kind has a value that is worth showing.
  var hasValueToShow: Bool {
    if `is`(IfExprSyntax.self) || `is`(SwitchExprSyntax.self) { return false }
    if let call = `as`(FunctionCallExprSyntax.self), let name = call.calledExpression.as(DeclReferenceExprSyntax.self) {
      return !["fatalError", "preconditionFailure", "exit", "abort"].contains(name.baseName.text)
    }
    if let inner = `as`(TryExprSyntax.self) { return inner.expression.hasValueToShow }
    if let inner = `as`(AwaitExprSyntax.self) { return inner.expression.hasValueToShow }
    guard let sequence = `as`(SequenceExprSyntax.self) else { return true }
    return !sequence.elements.contains(where: \.isAssignment)
  }

  private var isAssignment: Bool {
    if `is`(AssignmentExprSyntax.self) { return true }
    guard let name = `as`(BinaryOperatorExprSyntax.self)?.operator.text else { return false }
    return name.hasSuffix("=")
      && !["==", "!=", "<=", ">=", "===", "!==", "~=", ".==", ".!=", ".<=", ".>="].contains(name)
  }
}

extension DeclModifierListSyntax {
  /// `private`, `public`, and so on, but not `private(set)`.
  var access: DeclModifierSyntax? {
    first {
      guard $0.detail == nil, case .keyword(let keyword) = $0.name.tokenKind else { return false }
      return [.private, .fileprivate, .internal, .package, .public, .open].contains(keyword)
    }
  }
}

extension DeclSyntax {
  var modifiers: DeclModifierListSyntax? { asProtocol(WithModifiersSyntax.self)?.modifiers }

  /// Where a modifier can be put: after the attributes.
  var modifierPosition: Int {
    guard let last = asProtocol(WithAttributesSyntax.self)?.attributes.last else { return start }
    return last.endPosition.utf8Offset
  }
}
