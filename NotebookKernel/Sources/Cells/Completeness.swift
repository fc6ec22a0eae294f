import SwiftParser
import SwiftSyntax

/// Whether the text of a cell can be run, as a console asks after each line.
package enum Completeness: Equatable {
  case complete
  /// More has to come; the next line begins with this.
  case incomplete(indent: String)
  case invalid

  package init(of source: String) {
    let tree = Parser.parse(source: source)
    guard tree.hasError else {
      self = .complete
      return
    }
    let finder = GapFinder(viewMode: .all)
    finder.walk(tree)
    // What is missing at the very end is still to come; anything else is wrong.
    let end = tree.statements.endPositionBeforeTrailingTrivia.utf8Offset
    let isUnfinished = !finder.gaps.isEmpty && !finder.hasUnexpected && finder.gaps.allSatisfy { $0 >= end }
    self = isUnfinished && !finder.hasOpenLine ? .incomplete(indent: Self.indent(after: source)) : .invalid
  }

  /// Two spaces for each bracket that is open.
  private static func indent(after source: String) -> String {
    var depth = 0
    for token in Parser.parse(source: source).tokens(viewMode: .sourceAccurate) {
      switch token.tokenKind {
      case .leftBrace, .leftParen, .leftSquare: depth += 1
      case .rightBrace, .rightParen, .rightSquare: depth -= 1
      default: break
      }
    }
    return String(repeating: "  ", count: max(depth, 0))
  }
}

/// Finds what a parser had to make up, and what it could make nothing of.
private final class GapFinder: SyntaxAnyVisitor {
  /// Where something is missing.
  var gaps: [Int] = []
  var hasUnexpected = false
  /// A string of one line that was not closed on that line cannot be closed on the next.
  var hasOpenLine = false

  override func visit(_ token: TokenSyntax) -> SyntaxVisitorContinueKind {
    guard token.presence == .missing else { return .skipChildren }
    gaps.append(token.positionAfterSkippingLeadingTrivia.utf8Offset)
    if token.tokenKind == .stringQuote || token.tokenKind == .regexSlash { hasOpenLine = true }
    return .skipChildren
  }

  override func visitAny(_ node: Syntax) -> SyntaxVisitorContinueKind {
    if node.is(UnexpectedNodesSyntax.self) && !node.description.isEmpty { hasUnexpected = true }
    return .visitChildren
  }
}
