import Jupyter
import Kernel
import Testing

@Suite(.serialized) struct OutputTests {
  @Test(arguments: [
    ("1 + 1", "2"), ("\"text\"", "\"text\""), ("[\"a\"]", "[\"a\"]"), ("Optional(3)", "Optional(3)"),
    ("struct S { var a = 1 }\nS()", "S(a: 1)"), ("Int?.none", "nil"),
    ("struct N: ~Copyable {}\nfunc make() -> N { N() }\nmake()", "N (a value that cannot be copied)"),
  ])
  func showsTheLastExpression(cell: String, value: String) throws { #expect(try Notebook().run(cell).value == value) }

  @Test(arguments: ["1 + 1;", "let a = 1", "print(1)", "_ = 3", "// nothing", ""])
  func showsNothing(cell: String) throws {
    let result = try Notebook().run(cell)
    #expect(result.failure == nil)
    #expect(result.value == nil)
  }

  @Test func keepsItsOrder() throws {
    let result = try Notebook().run(
      "print(\"one\")\ndisplay(HTML(\"<b>two</b>\"))\nprint(\"three\")\ndisplay(Markdown(\"four\"))\n5")
    #expect(
      result.shown == [
        .text("one\n", isErrors: false), .display(["text/html": "<b>two</b>", "text/plain": "<b>two</b>"], id: nil),
        .text("three\n", isErrors: false), .display(["text/markdown": "four", "text/plain": "four"], id: nil),
        .result(["text/plain": "5"]),
      ])
  }

  @Test(arguments: [
    ("PNG([1, 2, 3])", "image/png", JSON.string("AQID")),
    ("JPEG([1, 2, 3])", "image/jpeg", JSON.string("AQID")),
    ("SVG(\"<svg/>\")", "image/svg+xml", JSON.string("<svg/>")),
    ("JSON(\"{\\\"a\\\": 1}\")", "application/json", JSON.object(["a": 1])),
    ("VegaLite(\"{\\\"mark\\\": \\\"bar\\\"}\")", "application/vnd.vegalite.v5+json", JSON.object(["mark": "bar"])),
  ])
  func showsAFormat(value: String, mime: String, content: JSON) throws {
    guard case .result(let bundle)? = try Notebook().run(value).shown.first else {
      Issue.record("nothing was shown")
      return
    }
    #expect(bundle[mime] == content)
  }

  @Test func aValueChoosesItsOwnFormats() throws {
    let result = try Notebook().run(
      """
      struct Chart: CustomPlaygroundDisplayConvertible, CustomStringConvertible {
        var description: String { "a chart" }
        var playgroundDescription: Any { ["image/svg+xml": "<svg/>", "image/png": [UInt8]([1, 2, 3])] as [String: Any] }
      }
      Chart()
      """)
    #expect(result.shown == [.result(["image/svg+xml": "<svg/>", "image/png": "AQID", "text/plain": "a chart"])])
  }

  /// By another value, or by one that does so in turn; one that comes to no end is shown as text.
  @Test func aValueChoosesAnotherToBeShownInItsPlace() throws {
    let notebook = try Notebook()
    notebook.run(
      """
      struct Page: CustomPlaygroundDisplayConvertible { var playgroundDescription: Any { HTML("<b>page</b>") } }
      struct Book: CustomPlaygroundDisplayConvertible { var playgroundDescription: Any { Page() } }
      struct Endless: CustomPlaygroundDisplayConvertible { var playgroundDescription: Any { self } }
      struct Plain: CustomPlaygroundDisplayConvertible { var playgroundDescription: Any { 7 } }
      """)
    #expect(notebook.run("Page()").shown == [.result(["text/html": "<b>page</b>", "text/plain": "Page()"])])
    #expect(notebook.run("Book()").shown == [.result(["text/html": "<b>page</b>", "text/plain": "Book()"])])
    #expect(notebook.run("Endless()").shown == [.result(["text/plain": "Endless()"])])
    #expect(
      notebook.run("display(Page(), id: \"p\")").shown == [
        .display(["text/html": "<b>page</b>", "text/plain": "Page()"], id: "p")
      ])
    #expect(notebook.run("Plain()").value == "7")
  }

  @Test func updatesInPlaceAndNeverLosesTheLast() throws {
    let result = try Notebook().run("display(0, id: \"n\")\nfor i in 1...500 { updateDisplay(i, id: \"n\") }")
    #expect(result.shown.first == .display(["text/plain": "0"], id: "n"))
    #expect(result.shown.last == .update(["text/plain": "500"], id: "n"))
    #expect(result.shown.count < 100)
  }

  @Test func drawsALineOverWithoutAStorm() throws {
    let result = try Notebook().run(
      "for i in 0..<20_000 { print(\"\\rstep \\(i)\", terminator: \"\") }\nprint(\"\\rdone\\u{1B}[K\")")
    #expect(
      result.text.hasSuffix("done      \n") || result.text.hasSuffix("done       \n") || result.text.contains("\rdone"))
    #expect(result.shown.count < 200)
  }

  @Test func boundsAFlood() throws {
    let result = try Notebook().run(
      "let line = String(repeating: \"x\", count: 999)\nfor _ in 0..<20_000 { print(line) }")
    #expect(result.failure == nil)
    #expect(result.text.utf8.count < StreamText.limit + 100_000)
    #expect(result.text.hasSuffix("the rest is left out.]\n"))
  }

  @Test func readsALine() throws {
    let notebook = try Notebook()
    notebook.answer = "Ada"
    #expect(notebook.run("readLine()").value == "Optional(\"Ada\")")
    #expect(notebook.run("input(\"Name?\")").value == "Optional(\"Ada\")")
    notebook.answer = nil
    #expect(notebook.run("readLine()").value == "nil")
  }

  @Test func printsBetweenCells() throws {
    let notebook = try Notebook()
    notebook.run("Task { @MainActor in try await Task.sleep(nanoseconds: 50_000_000); print(\"later\") };")
    notebook.idleUntilSomethingIsShown()
    #expect(notebook.shown.contains(.text("later\n", isErrors: false)))
  }

  @Test func compileErrorsPointIntoTheCell() throws {
    let notebook = try Notebook()
    let failure = try #require(notebook.run("let a = 1\nlet b: Int =  \"x\"").failure)
    #expect(failure.name == "CompileError")
    #expect(failure.traceback[0].hasPrefix("In [1]:2:15: error: cannot convert value"))
    #expect(failure.traceback[0].hasSuffix("let b: Int =  \"x\"\n              ^"))
  }

  @Test func obeysItsLines() throws {
    let notebook = try Notebook()
    #expect(
      notebook.run("%env GREETING=good day\nimport Foundation\nString(cString: getenv(\"GREETING\"))").value
        == "\"good day\"")
    #expect(notebook.run("%time\nprint(1)").text.contains("compiled in"))
    #expect(notebook.run("%Fast\nprint(1)").failure?.message.hasPrefix("In [3]:1:1: '%Fast' is unknown") == true)
    #expect(notebook.run("%package Nothing /nowhere").failure?.message.contains("there is no folder /nowhere") == true)
  }
}
