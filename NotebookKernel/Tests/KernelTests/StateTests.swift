import Testing

/// Cells share what they declare, and declare it anew.
@Suite(.serialized) struct StateTests {
  /// Each row: cells, and the value of the last one.
  @Test(arguments: [
    (["var x = 42", "x += 1; x"], "43"),
    (["var x = 42", "func bump() { x += 1 }", "bump()", "x"], "43"),
    (["var a = [1]", "a.append(2)", "a"], "[1, 2]"),
    (["let x = 1", "let x = \"text\"", "x"], "\"text\""),
    (["let x = 2", "let x = x * 10", "let x = x + 1", "x"], "21"),
    (["func f(_ a: Int) -> Int { 1 }", "func f(_ a: Int) -> Int { 2 }", "f(0)"], "2"),
    (["func f(_ a: Int) -> Int { 1 }", "func f(_ a: Double) -> Int { 2 }", "[f(0), f(0.5)]"], "[1, 2]"),
    (["var f = 1", "func f() -> Int { 2 }", "f()"], "2"),
    (["struct S { var a = 1 }", "struct S { var b = 2 }", "S()"], "S(b: 2)"),
    (["struct S { var a = 1 }", "let s = S()", "struct S { var b = 2 }", "s"], "S(a: 1)"),
    (["func f() -> Int { 1 }", "func g() -> Int { f() }", "func f() -> Int { 2 }", "g()"], "1"),
    (["enum E { case a }", "enum E { case b }", "E.b"], "b"),
    (["typealias T = Int", "typealias T = String", "T.self"], "String"),
    (["infix operator <+>\nfunc <+> (a: Int, b: Int) -> Int { a + b }", "1 <+> 2"], "3"),
    (["infix operator <*>\nfunc <*> (a: Int, b: Int) -> Int { a * b }", "let n = 2", "let m = 3", "n <*> m"], "6"),
    (["extension Array { func twice() -> Int { count * 2 } }", "[1, 2].twice()"], "4"),
    (
      ["protocol P { var d: String { get } }", "extension Int: P { var d: String { \"int\" } }", "(3 as Any as! P).d"],
      "\"int\""
    ),
    (["protocol P { func f() -> Int }", "struct S {}", "extension S: P { func f() -> Int { 5 } }", "S().f()"], "5"),
    (["class A { func f() -> Int { 1 } }", "class B: A { override func f() -> Int { 2 } }", "(B() as A).f()"], "2"),
    (
      [
        "struct Box<T> { var v: T }",
        "extension Box: Equatable where T: Equatable { static func == (a: Box, b: Box) -> Bool { a.v == b.v } }",
        "Box(v: 1) == Box(v: 1)",
      ], "true"
    ),
    (
      [
        "func all<each T>(_ v: repeat each T) -> Int { var n = 0; repeat (_ = each v, n += 1); return n }",
        "all(1, \"a\", 2.0)",
      ], "3"
    ),
    (["actor A { var n = 0; func add() -> Int { n += 1; return n } }", "let a = A()", "await a.add()"], "1"),
    (["@MainActor class M { var n = 3 }", "let m = M()", "m.n"], "3"),
    (["@propertyWrapper struct W { var wrappedValue: Int }", "struct S { @W var a = 4 }", "S().a"], "4"),
    (["var log: [Int] = []\nvar x = 1 { didSet { log.append(oldValue) } }", "x = 5", "log"], "[1]"),
    (["class C {}\nvar c: C? = C()\nweak var w = c", "c = nil", "w == nil"], "true"),
    (["struct N: ~Copyable { var a = 7 }", "let n = N()", "n.a"], "7"),
    (["private func f() -> Int { 9 }", "f()"], "9"),
    (["guard let a = Int(\"12\") else { fatalError() }", "a + 1"], "13"),
    (["import Foundation", "sqrt(16.0)"], "4.0"),
    (["func sin(_ x: Int) -> Int { 100 }", "import Foundation", "sin(1)"], "100"),
    (["struct P: Codable, Hashable { var a = 1 }", "Set([P(), P()]).count"], "1"),
    (["let text = \"a1b22\"", "text.matches(of: /(?<n>\\d+)/).map { $0.n }"], "[\"1\", \"22\"]"),
    (["let (a, b) = (1, 2)", "a + b"], "3"),
    (["let f = { (x: Int) in x * 2 }", "f(4)"], "8"),
    (["func some() -> some Equatable { 3 }", "some() == some()"], "true"),
    (["let n = (1...10).reduce(0, +)", "%O\nn"], "55"),
    // Names declared anew.
    (["func f() -> Int { 1 }", "let f = 2", "f"], "2"),
    (["class C { let n = 1 }", "struct C { let n = 2 }", "C().n"], "2"),
    (
      [
        "protocol P { func f() -> Int }", "protocol P { func g() -> Int }", "struct S: P { func g() -> Int { 3 } }",
        "S().g()",
      ], "3"
    ),
    (["extension Int { func f() -> Int { 1 } }", "extension Int { func f() -> Int { 2 } }", "3.f()"], "2"),
    (
      [
        "infix operator <+>\nfunc <+> (a: Int, b: Int) -> Int { 1 }", "func <+> (a: Int, b: Int) -> Int { 2 }",
        "0 <+> 0",
      ], "2"
    ),
    (["postfix operator %%\npostfix func %% (a: Int) -> Int { a / 100 }", "700%%"], "7"),
    (["let x = [1, 2]", "let x = x.map { $0 + x.count }", "x"], "[3, 4]"),
    (["var x = 1", "func get() -> Int { x }", "var x = 2", "get() + x * 10"], "21"),
    (["import Foundation", "func sin(_ x: Double) -> Double { 100 }", "import Foundation\nsin(1.0)"], "100.0"),
  ])
  func shares(cells: [String], value: String) throws {
    try Notebook().expect(cells, value: value)
  }

  @Test func aRefusedCellLeavesNothingBehind() throws {
    let notebook = try Notebook()
    notebook.run("let a = 1")
    #expect(notebook.run("let a = 2\nlet b: Int = \"x\"").failure?.name == "CompileError")
    #expect(notebook.run("a").value == "1")
  }
}
