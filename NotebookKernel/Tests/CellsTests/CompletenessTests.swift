import Cells
import Testing

@Suite struct CompletenessTests {
  @Test(arguments: ["", "let a = 1", "func f() {\n}", "f(1,\n  2)", "\"\"\"\ntext\n\"\"\"", "// nothing"])
  func complete(source: String) { #expect(Completeness(of: source) == .complete) }

  @Test(arguments: [
    ("func f() {", "  "), ("f(1,", "  "), ("let a =", ""), ("1 +", ""), ("if a {\n  g(", "    "), ("\"\"\"\ntext", ""),
  ])
  func incomplete(source: String, indent: String) { #expect(Completeness(of: source) == .incomplete(indent: indent)) }

  @Test(arguments: ["let let = 1", "}", "let a = \"text", "f(]"])
  func invalid(source: String) { #expect(Completeness(of: source) == .invalid) }
}
