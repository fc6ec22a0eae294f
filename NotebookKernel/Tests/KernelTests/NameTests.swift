import Jupyter
import Testing

/// The reader never sees the names of the modules that cells become, and always their own words.
@Suite(.serialized) struct NameTests {
  @Test func leavesThemOutOfWhatIsPrinted() throws {
    let notebook = try Notebook()
    notebook.run("struct Point { var x = 1 }\nenum Kind { case a }\nclass Thing {}")
    let rows = [
      (
        "print(Point(), [Point()], Optional(Point()) as Any, [Kind.a], Thing(), [\"k\": Point()])",
        "Point(x: 1) [Point(x: 1)] Optional(Point(x: 1)) [Kind.a] Thing [\"k\": Point(x: 1)]\n"
      ),
      ("dump(Point())", "▿ Point\n  - x: 1\n"),
      ("debugPrint(Point(), Thing.self)", "Point(x: 1) Thing\n"),
      ("print(String(reflecting: [Point].self), #fileID)", "Swift.Array<Point> In [5]\n"),
      ("func f() -> Any { struct Local {}; return [Local()] }\nprint(f())", "[Local()]\n"),
      ("extension Point { struct Inner {} }\nprint([Point.Inner()])", "[Point.Inner()]\n"),
      ("for name in [\"Cell1.x\", \"Cell2::y\", \"_Cell\", \"f(\"] { print(name) }", "Cell1.x\nCell2::y\n_Cell\nf(\n"),
      ("import Foundation\nfputs(\"\\([Point()])\\n\", stderr)", "[Point(x: 1)]\n"),
    ]
    for (cell, expected) in rows {
      #expect(notebook.run(cell).failure == nil)
      #expect(notebook.text == expected, "\(cell)")
    }
  }

  @Test func leavesThemOutOfWhatIsShown() throws {
    let notebook = try Notebook()
    notebook.run("struct Point { var x = 1 }")
    #expect(notebook.run("[Point()]").value == "[Point(x: 1)]")
    #expect(notebook.run("\"\\([Point()]) Cell1.x\"").value == "\"[Point(x: 1)] Cell1.x\"")
    let html = notebook.run("display(HTML(\"<b>\\([Point()])</b>\"))").shown
    #expect(html == [.display(["text/html": "<b>[Point(x: 1)]</b>", "text/plain": "<b>[Point(x: 1)]</b>"], id: nil)])
    let json = notebook.run("display(JSON(\"{\\\"a\\\": \\\"\\([Point()])\\\"}\"))").shown
    guard case .display(let bundle, nil)? = json.first else {
      Issue.record("nothing was shown")
      return
    }
    #expect(bundle["application/json"] == ["a": "[Point(x: 1)]"])
  }

  /// Each row: a cell that fails, and what its failure says.
  @Test(arguments: [
    ("fatalError(\"\\([Point()]) Cell1.x\")", "[Point(x: 1)] Cell1.x"),
    ("throw Trouble.of([Point()])", "of([Point(x: 1)])"),
    ("Point() as Any as! Trouble", "Could not cast value of type 'Point' to 'Trouble'."),
    ("let a: Int = [Point()]", "cannot convert value of type '[Point]' to specified type 'Int'"),
    ("await Task { fatalError(\"\\([Point()])\") }.value", "[Point(x: 1)]"),
  ])
  func leavesThemOutOfFailures(cell: String, message: String) throws {
    let notebook = try Notebook()
    notebook.run(
      "struct Point { var x = 1 }\nenum Trouble: Error { case of([Point]) }\nfunc f(_ p: Point) -> Int { 1 }")
    let failure = try #require(notebook.run(cell).failure)
    #expect(failure.message == message)
    #expect(!failure.traceback.joined().contains("_NotebookCell"))
    #expect(!failure.name.contains("_NotebookCell"))
  }

  @Test func leavesThemOutOfWarnings() throws {
    let notebook = try Notebook()
    notebook.run(
      "struct Point {}\n@available(*, deprecated, message: \"Cell1.x\") func old(_ p: Point) -> [Point] { [p] }")
    let errors = notebook.run("old(Point());").errors
    #expect(errors.contains("warning: 'old' is deprecated: Cell1.x"))
    #expect(!errors.contains("_NotebookCell"))
  }

  @Test func namesCodeThatBelongsToNoFunction() throws {
    let notebook = try Notebook()
    notebook.run("struct Point {}\nextension Point { func trap() { [1, 2].forEach { fatalError(\"\\($0)\") } } }")
    #expect(
      notebook.run("Point().trap()").failure?.traceback == [
        "\u{1B}[31mFatalError\u{1B}[0m: 1",
        "  In [1], line 2, in closure #1 in Point.trap()\n"
          + "    extension Point { func trap() { [1, 2].forEach { fatalError(\"\\($0)\") } } }",
        "  In [1], line 2, in Point.trap()\n"
          + "    extension Point { func trap() { [1, 2].forEach { fatalError(\"\\($0)\") } } }",
        "  In [2], line 1, in top-level code\n    Point().trap()",
      ])
    #expect(
      notebook.run("[1].forEach { _ in fatalError() }").failure?.traceback[1]
        == "  In [3], line 1, in closure #1 in top-level code\n    [1].forEach { _ in fatalError() }")
  }
}
