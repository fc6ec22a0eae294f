import Testing

/// What is declared anew does not replace what was made before, and the messages say so.
@Suite(.serialized) struct RedeclarationTests {
  @Test func anOldValueKeepsItsOldType() throws {
    let notebook = try Notebook()
    for cell in ["struct S {}", "let s = S()", "struct S {}"] { notebook.run(cell) }
    let failure = try #require(notebook.run("let t: S = s").failure)
    #expect(
      failure.message == "cannot convert value of type 'S' to specified type 'S'; "
        + "the value belongs to the older 'S' of In [1], declared anew in In [3]")
  }

  @Test func anOldFunctionKeepsItsOldType() throws {
    let notebook = try Notebook()
    for cell in ["struct S {}", "func f(_ s: [S]) {}", "struct S {}"] { notebook.run(cell) }
    let failure = try #require(notebook.run("let s = [S()]\nf(s)").failure)
    #expect(failure.message.hasSuffix("; this was written for the older 'S' of In [1]: run its cell again"))
    notebook.run("func f(_ s: [S]) {}")
    #expect(notebook.run("let s = [S()]\nf(s)").failure == nil)
  }

  @Test func aNewTypeHasNoneOfTheOldConformances() throws {
    let notebook = try Notebook()
    let cells = [
      "protocol P { var d: Int { get } }", "struct S {}", "extension S: P { var d: Int { 1 } }",
      "struct S { var a = 2 }",
    ]
    for cell in cells { #expect(notebook.run(cell).failure == nil) }
    for cell in ["S() as any P", "S().d"] {
      let message = try #require(notebook.run(cell).failure).message
      #expect(message.hasSuffix("; the extension in In [3] is of the older 'S': run it again"))
    }
    #expect(notebook.run(cells[2]).failure == nil)
    #expect(notebook.run("(S() as any P).d").value == "1")
  }

  @Test func aConformanceCannotBeReplaced() throws {
    let notebook = try Notebook()
    let cells = ["protocol P { var d: Int { get } }", "struct S {}", "extension S: P { var d: Int { 1 } }"]
    for cell in cells { #expect(notebook.run(cell).failure == nil) }
    let message = try #require(notebook.run("extension S: P { var d: Int { 2 } }").failure).message
    #expect(
      message
        == "'S' conforms to 'P' already, since In [3], and a conformance cannot be replaced: run In [2] again, which "
        + "declares 'S', and then this cell")
    // As it says.
    notebook.run(cells[1])
    #expect(notebook.run("extension S: P { var d: Int { 2 } }").failure == nil)
    #expect(notebook.run("S().d").value == "2")
  }

  @Test(arguments: [
    "extension Int: P { var d: Int { 1 } }", "let a = await 3", "func f() async {}\nawait f()", "[1].map { $0 };",
    "let unused = 1", "func g() { let local = 1; var never = 2 }",
  ])
  func saysNothingOfWhatNotebooksDoAllTheTime(cell: String) throws {
    let notebook = try Notebook()
    notebook.run("protocol P { var d: Int { get } }")
    let result = notebook.run(cell)
    #expect(result.failure == nil)
    #expect(result.errors.isEmpty)
  }
}
