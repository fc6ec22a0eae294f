import Testing

/// What of the language later cells find as they would in one file.
@Suite(.serialized) struct LanguageTests {
  @Test(arguments: [
    (["async let a = 1\nasync let b = 2\nlet sum = await a + b", "sum"], "3"),
    (
      ["var n = 0\nfor await x in AsyncStream(Int.self) { $0.yield(2); $0.yield(3); $0.finish() } { n += x }", "n"], "5"
    ),
    (["guard let a = await Task { Int(\"12\") }.value else { fatalError() }", "a + 1"], "13"),
    (
      [
        "func f() async throws -> Int? { 5 }", "guard let a = try await f(), case let b = a + 1 else { fatalError() }",
        "[a, b]",
      ], "[5, 6]"
    ),
    (["let (a, b) = await (Task { 1 }.value, Task { 2 }.value)", "func f() -> Int { a + b }", "f()"], "3"),
    (
      ["var log: [Int] = []", "var x = await Task { 1 }.value { didSet { log.append(oldValue) } }", "x = 5", "log"],
      "[1]"
    ),
    (["let three = await Task { 3 }.value\nvar double: Int { three * 2 }", "double"], "6"),
    (["nonisolated(unsafe) var a = await Task { 4 }.value", "a"], "4"),
    (["let f = { (x: Int) async -> Int in x * 2 }", "await f(4)"], "8"),
    (["func f() async -> Int { 6 }", "let t = Task { await f() }", "await t.value"], "6"),
    (["@MainActor func f() -> Int { 6 }", "f()"], "6"),
  ])
  func waitsAtTheTopLevel(cells: [String], value: String) throws { try Notebook().expect(cells, value: value) }

  @Test(arguments: [
    (
      [
        "struct S {}\nprotocol P { func f() -> Int }", "extension S { func f() -> Int { 7 } }\nextension S: P {}",
        "(S() as any P).f()",
      ], "7"
    ),
    (
      [
        "protocol P { associatedtype T; func f() -> T }", "struct V { var v = 3 }",
        "struct S: P { func f() -> V { V() } }", "S().f()",
      ], "V(v: 3)"
    ),
    (
      [
        "struct S { var a = 1 }", "extension S: CustomStringConvertible { var description: String { \"s\\(a)\" } }",
        "[S()]",
      ], "[s1]"
    ),
    (["struct S { private var a = 1; func f() -> Int { a } }", "S().f()"], "1"),
    (["fileprivate struct S { var a = 8 }", "S().a"], "8"),
    (
      [
        "protocol P {}\nextension P { func f() -> Int { 4 } }", "struct S: P {}",
        "func g(_ p: some P) -> Int { p.f() }", "g(S())",
      ], "4"
    ),
    (
      [
        "struct S: Comparable { var a = 1; static func < (l: S, r: S) -> Bool { l.a < r.a } }",
        "[S(a: 3), S(a: 1)].min()!.a",
      ], "1"
    ),
    (
      [
        "protocol P { associatedtype T; var v: T { get } }", "struct S: P { var v: Int { 4 } }",
        "func f<Q: P>(_ q: Q) -> Q.T { q.v }", "f(S())",
      ], "4"
    ),
    (
      [
        "struct S: Codable { var a = 3 }", "import Foundation",
        "String(decoding: try JSONEncoder().encode(S()), as: UTF8.self)",
      ], "\"{\\\"a\\\":3}\""
    ),
  ])
  func conformsAcrossCells(cells: [String], value: String) throws { try Notebook().expect(cells, value: value) }

  @Test(arguments: [
    (
      [
        "import Observation\n@Observable class M { var n = 1 }",
        "let m = M()\nvar told = 0\nwithObservationTracking { _ = m.n } onChange: { told += 1 }", "m.n = 2; told",
      ], "1"
    ),
    (["import Foundation\nlet even = #Predicate<Int> { $0 % 2 == 0 }", "try [1, 2, 3].filter(even)"], "[2]"),
    (
      [
        "@resultBuilder struct B { static func buildBlock(_ p: String...) -> String { p.joined() } }",
        "func b(@B _ c: () -> String) -> String { c() }", "b { \"a\"; \"b\" }",
      ], "\"ab\""
    ),
    (
      [
        "#if DEBUG\nlet a = 1\n#else\nimport Foundation\nlet a = 2\nfunc f() -> Int { a }\n#endif",
        "f() + Int(sqrt(4.0))",
      ], "4"
    ),
    (["let a = if 1 > 0 { 5 } else { 6 }", "a"], "5"),
    (["@dynamicMemberLookup struct D { subscript(dynamicMember n: String) -> String { n } }", "D().name"], "\"name\""),
  ])
  func expandsAcrossCells(cells: [String], value: String) throws { try Notebook().expect(cells, value: value) }
}
