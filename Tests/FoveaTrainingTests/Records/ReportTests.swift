import Foundation
import FoveaImaging
import Testing

@testable import FoveaMetrics
@testable import FoveaTraining

@Suite struct ReportTests {
  /// A report in which every text is an attack, and every section is there.
  static var hostile: Report {
    let text = "</title></pre><script>alert('x')</script> & \"\u{0}\u{1B}[2J"
    let example = Report.Example(
      image: Image(width: 300, height: 100, color: .good), gold: text, predicted: "x" + text, confidence: 0.5)
    var report = Report(title: text)
    report.subtitle = text
    report.headlines = [Report.Headline(text, text, detail: text)]
    report.history.append([text: 1, text + "/train": 0.5], step: 1, epoch: 1)
    report.history.append([text: 2, text + "/train": 0.25], step: 2, epoch: 2)
    report.confusion = Confusion(counts: [5, 1, 2, 7])
    report.classNames = [text, text + "2"]
    report.reliability = ReliabilityTable(
      bins: [ReliabilityTable.Bin(lowerBound: 0.5, upperBound: 1, count: 3, accuracy: 0.5, confidence: 0.75)])
    report.mistakes = [example]
    report.samples = [example]
    report.recipe = text
    report.command = ["fovea", text, ""]
    report.machine = .current
    report.started = Date(timeIntervalSince1970: 0)
    report.finished = Date(timeIntervalSince1970: 3723)
    report.facts = [(text, text)]
    report.notes = [text]
    return report
  }

  @Test func textFromOutsideStaysText() {
    let page = Self.hostile.html()
    #expect(!page.contains("<script"))
    #expect(page.ranges(of: "</title>").count == 1)
    #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;\u{FFFD}\u{FFFD}[2J"))
    #expect(!page.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
  }

  @Test func thePageNeedsNothingElse() throws {
    let page = Self.hostile.html()
    let sources = page.matches(of: /(?:src|href)\s*=\s*"([^"]{0,20})/).map(\.1)
    #expect(sources.count >= 2)
    #expect(sources.allSatisfy { $0.hasPrefix("data:image/") })
    #expect(!page.contains("url(") && !page.contains("@import") && !page.contains("http:") && !page.contains("https:"))
    #expect(!page.contains("<link") && !page.contains("onerror") && !page.contains("<iframe"))
  }

  /// Every element that is opened is closed, in the right order.
  @Test func theMarkupIsWellFormed() {
    var open: [Substring] = []
    for tag in Self.hostile.html().matches(of: /<(\/?)([a-z][a-z0-9]*)[^>]*>/) {
      let name = tag.2
      if ["meta", "br", "img"].contains(name) { continue }
      if tag.1.isEmpty {
        open.append(name)
      } else {
        #expect(open.popLast() == name)
      }
    }
    #expect(open.isEmpty)
  }

  @Test func whatIsEmptyHasNoSection() {
    let page = Report(title: "Nothing yet").html()
    #expect(page.contains("<h1>Nothing yet</h1>"))
    #expect(!page.contains("<section") && !page.contains("<h2") && !page.contains("<img"))
    var empty = Report(title: "No samples")
    empty.confusion = Confusion(counts: [0, 0, 0, 0])
    empty.reliability = ReliabilityTable(bins: [])
    #expect(!empty.html().contains("<h2"))
  }

  @Test func theRunIsDescribed() throws {
    let page = Self.hostile.html()
    #expect(page.contains("<dd>1970-01-01 00:00:00 UTC</dd>"))
    #expect(page.contains("<dt>Duration</dt><dd>1:02:03</dd>"))
    #expect(page.contains(MachineDescription.current.processor))
    var report = Self.hostile
    report.seconds = 7384
    #expect(report.html().contains("<dt>Duration</dt><dd>2:03:04</dd>"))
    report = Report(title: "t")
    report.command = ["fovea", "train", "--set", "name=it's", "a b", ""]
    #expect(report.html().contains("fovea train --set &#39;name=it&#39;\\&#39;&#39;s&#39; &#39;a b&#39; &#39;&#39;"))
  }

  @Test func confusionIsShownNumberByNumberOrAsAPicture() throws {
    var report = Report(title: "t")
    report.confusion = Confusion(counts: [1500, 500, 0, 0, 0, 0, 2, 0, 6])
    report.classNames = ["cat", "dog"]
    let page = report.html()
    #expect(page.contains("title=\"500 of cat taken for dog, 25.0%\">500</td>"))
    #expect(page.contains("<td>cat</td><td>dog</td><td class=\"number\">500</td><td class=\"number\">25.0%</td>"))
    #expect(page.contains("<th scope=\"row\">2</th>"))  // a class without a name
    report.confusion = Confusion(counts: (0..<60 * 60).map { $0 % 61 == 0 ? 3 : 0 })
    let large = report.html()
    #expect(large.contains("alt=\"Confusion matrix of 60 classes\""))
    #expect(large.contains("All 60 classes"))
    #expect(large.contains("No sample was taken for another class."))
  }

  @Test func imagesAreInThePage() throws {
    let tiny = Image(width: 3, height: 2, channels: 1, pixels: [0, 50, 100, 150, 200, 250])
    var report = Report(title: "t")
    report.samples = [
      .init(image: tiny, gold: "a", predicted: "a", confidence: 0.25),
      .init(image: Image(width: 800, height: 200, color: .bad), gold: "a", predicted: "b", confidence: 1),
    ]
    let page = report.html()
    let files = try page.matches(of: /src="data:image\/(png|jpeg);base64,([^"]+)"/).map { match in
      try Image(decoding: try #require(Data(base64Encoded: String(match.2))), name: "inline")
    }
    #expect(files.count == 2)
    #expect(files[0] == tiny.converted(to: .rgb))
    #expect((files[1].width, files[1].height) == (256, 64))
    #expect(page.contains("alt=\"a, taken for b\""))
    #expect(page.contains("25.0%"))
  }

  @Test func writingSaysWhatIsWrong() throws {
    let folder = try TemporaryFolder()
    try Report(title: "t").write(to: folder.file("report.html"))
    #expect(try String(contentsOf: folder.file("report.html"), encoding: .utf8) == Report(title: "t").html())
    let error = #expect(throws: RecordError.self) { try Report(title: "t").write(to: folder.file("no/report.html")) }
    #expect(try #require(error).description.contains("no/report.html"))
  }

  @Test func curvesAreDrawnOrMissedByName() throws {
    var report = Report(title: "t")
    for epoch in 1...3 { report.history.append(["loss/train": 1 / Double(epoch)], step: epoch, epoch: epoch) }
    let drawn = try #require(report.curvesSection { chart, _ in "<svg>\(chart.title)</svg>" }).description
    #expect(drawn.contains("src=\"data:image/svg+xml;base64,\(Data("<svg>Loss</svg>".utf8).base64EncodedString())\""))
    #expect(drawn.contains("alt=\"loss over epochs\""))
    let missed = try #require(report.curvesSection { _, _ in throw ChartError.gnuplotMissing }).description
    #expect(missed.contains("There are no curves here: charts are drawn by gnuplot, which is not installed"))
    #expect(!missed.contains("<img"))
    let page = report.html()  // with the gnuplot of this machine, or without
    #expect(page.contains("data:image/svg+xml") || page.contains("gnuplot, which is not installed"))
  }

  @Test func columnsOfOneNameShareAChart() {
    var table = MetricsTable()
    for epoch in 1...3 {
      table.append(
        ["learning_rate": 0.1, "accuracy/train": 0.5, "loss/validation": .nan, "loss/train": 1 / Double(epoch)],
        step: epoch * 100, epoch: epoch)
    }
    table.append(["accuracy/validation": 0.25, "empty": .infinity], step: 300, epoch: 3)
    let charts = Curves.all(of: table)
    #expect(charts.map(\.title) == ["loss", "accuracy", "learning rate"])
    #expect(charts.map { $0.lines.map(\.name) } == [["train"], ["train", "validation"], [""]])
    #expect(charts.allSatisfy { $0.axis == "epoch" })
    #expect(charts[0].lines[0] == Curves.Line(name: "train", x: [1, 2, 3], y: [1, 0.5, 1 / 3.0]))
  }

  @Test func longLinesAreThinned() throws {
    var table = MetricsTable()
    for step in 0..<1001 { table.append(["loss": Double(step % 2)], step: step, epoch: step / 100) }
    let chart = try #require(Curves.all(of: table, pointLimit: 100).first)
    #expect(chart.axis == "step")
    #expect(chart.lines[0].x.count == 91)
    #expect(chart.lines[0].x.first == 5)
    #expect(abs(chart.lines[0].y[3] - 0.5) < 0.06)
  }
}
