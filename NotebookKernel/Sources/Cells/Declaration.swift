import SwiftSyntax

/// A name that a cell declares at its top level.
package struct Declaration: Hashable, Sendable {
  /// The word by which the declaration can be imported alone (`import struct M.S`); nil where there is none.
  package enum Kind: String, Sendable {
    case structure = "struct"
    case reference = "class"
    case enumeration = "enum"
    case contract = "protocol"
    case alias = "typealias"
    case function = "func"
    case variable = "var"
    case other = ""

    var isType: Bool { self != .function && self != .variable && self != .other }
  }

  package var kind: Kind
  package var name: String

  package init(kind: Kind, name: String) {
    self.kind = kind
    self.name = name
  }

  /// What a declaration declares; extensions and imports declare nothing by name.
  static func names(of declaration: DeclSyntax) -> [Declaration] {
    switch declaration.as(DeclSyntaxEnum.self) {
    case .structDecl(let node): [Declaration(kind: .structure, name: node.name.text)]
    case .classDecl(let node): [Declaration(kind: .reference, name: node.name.text)]
    case .actorDecl(let node): [Declaration(kind: .reference, name: node.name.text)]
    case .enumDecl(let node): [Declaration(kind: .enumeration, name: node.name.text)]
    case .protocolDecl(let node): [Declaration(kind: .contract, name: node.name.text)]
    case .typeAliasDecl(let node): [Declaration(kind: .alias, name: node.name.text)]
    case .functionDecl(let node):
      [Declaration(kind: node.name.tokenKind.isIdentifier ? .function : .other, name: node.name.text)]
    case .variableDecl(let node): node.boundNames.map { Declaration(kind: .variable, name: $0) }
    case .operatorDecl(let node): [Declaration(kind: .other, name: node.name.text)]
    case .extensionDecl, .macroDecl, .precedenceGroupDecl: [Declaration(kind: .other, name: "")]
    default: []
    }
  }
}

extension TokenKind {
  fileprivate var isIdentifier: Bool {
    if case .identifier = self { true } else { false }
  }
}

extension VariableDeclSyntax {
  /// The names in its patterns.
  var boundNames: [String] { bindings.flatMap { namesBound(in: $0.pattern) } }
}

/// The names that a pattern binds, from left to right.
func namesBound(in pattern: some SyntaxProtocol) -> [String] {
  let finder = BoundNameFinder(viewMode: .sourceAccurate)
  finder.walk(pattern)
  return finder.names
}

private final class BoundNameFinder: SyntaxVisitor {
  var names: [String] = []

  override func visit(_ node: IdentifierPatternSyntax) -> SyntaxVisitorContinueKind {
    names.append(node.identifier.text)
    return .skipChildren
  }

  override func visit(_ node: ClosureExprSyntax) -> SyntaxVisitorContinueKind { .skipChildren }
}
