import Foundation
import Testing
import Torch

@testable import FoveaImaging

@Suite struct ChartTests {
  private var curves: Chart {
    var chart = Chart(title: "A run", x: .init("epoch"), y: .init("loss"))
    chart.addLine("training", y: [3, 2, 1, 0.5])
    chart.addLine("validation", y: [3, 2.5, .nan, 1.5], dashed: true)
    return chart
  }

  private func script(_ chart: Chart) throws -> String { try chart.script(terminal: "dumb", (640, 400)) }

  private func has(_ color: Color, in image: Image) -> Bool {
    stride(from: 0, to: image.pixels.count, by: 3).contains {
      image.pixels[$0] == color.red && image.pixels[$0 + 1] == color.green && image.pixels[$0 + 2] == color.blue
    }
  }

  @Test func pictureHasSizeAndColors() throws {
    let image = try curves.image(width: 500, height: 300)
    #expect(image.width == 500 && image.height == 300)
    #expect(has(.distinct(0), in: image) && has(.distinct(1), in: image))
  }

  @Test func everyKindIsDrawn() throws {
    var cloud = Chart()
    cloud.addPoints("one", x: [1, 2, 3], y: [3, 1, 2])
    let charts = [
      cloud, .bars(labels: ["cat", "dog"], groups: [("a", [1, 2]), ("b", [2, 1])]),
      .bars(labels: (0..<80).map { "class \($0)" }, groups: [("", (0..<80).map(Double.init))]),
      .histogram([1, 2, 2, 3, .nan]), .histogram([4, 4]),
      .confusionMatrix(Tensor([5, 1, 0, 7] as [Int], shape: [2, 2]), names: ["cat", "dog"]),
      .confusionMatrix(Tensor.eye(100)),
    ]
    for chart in charts { #expect(try chart.png().count > 1000) }
  }

  @Test func svgIsAnElementWithItsTexts() throws {
    var chart = curves
    chart.title = "R&D <b>"
    let svg = try chart.svg()
    #expect(svg.hasPrefix("<svg") && svg.contains("</svg>"))
    #expect(svg.contains("R&amp;D &lt;b") && !svg.contains("<b>"))
    #expect(svg.contains("training") && svg.contains("epoch"))
  }

  @Test func textsCannotGiveOrders() throws {
    let mark = FileManager.default.temporaryDirectory.appending(path: "fovea-\(UUID().uuidString)").path
    let texts = [
      "'; system('touch \(mark)') #", "`touch \(mark)`", "a\nsystem 'touch \(mark)'", "\\'; !touch \(mark)",
      "'\u{301}; system(\"touch \(mark)\") #", "it's", "end\\",
    ]
    for text in texts {
      var chart = Chart(title: text, x: .init(text), y: .init(text))
      chart.addLine(text, y: [1, 2])
      _ = try chart.png()
      _ = try Chart.bars(labels: [text], groups: [(text, [1])]).png()
      _ = try Chart.confusionMatrix(title: text, Tensor.eye(2), names: [text, text]).svg()
    }
    #expect(!FileManager.default.fileExists(atPath: mark))
  }

  @Test func gapsStayGaps() throws {
    #expect(try script(curves).contains("3.0 NaN"))
    var logarithmic = Chart(x: .init("step"), y: .init("rate", isLogarithmic: true))
    logarithmic.addLine(y: [0.1, 0, -1, 0.2])
    #expect(try script(logarithmic).contains("1.0 0.1\n2.0 NaN\n3.0 NaN\n4.0 0.2"))
  }

  @Test func nothingToDrawIsAnError() {
    var chart = Chart(title: "empty")
    #expect(throws: ChartError.nothingToDraw(title: "empty")) { try chart.png() }
    chart.addLine("diverged", y: [.nan, .infinity])
    #expect(throws: ChartError.nothingToDraw(title: "empty")) { try chart.png() }
    #expect(throws: ChartError.nothingToDraw(title: "")) { try Chart.histogram([.nan]).png() }
    #expect(throws: ChartError.nothingToDraw(title: "")) { try Chart.bars(labels: [], groups: []).png() }
  }

  @Test func missingProgramIsNamed() {
    let error = #expect(throws: ChartError.self) { try Gnuplot.run("", searchPath: "/no/such/folder") }
    #expect(error == .gnuplotMissing && error?.description.contains("apt install gnuplot") == true)
  }

  @Test func refusalCarriesTheReason() {
    let error = #expect(throws: ChartError.self) { try Gnuplot.run("plot nonsense(") }
    guard case .gnuplotFailed(let message) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(message.contains("nonsense"))
  }

  @Test func histogramsCountEveryValue() throws {
    let chart = Chart.histogram([0, 0.1, 0.9, 1, 2, 3.99, 4, .infinity], bins: 4)
    guard case .bars(let bars) = chart.content else { preconditionFailure("a histogram is of bars") }
    #expect(bars.groups.first?.heights == [3, 1, 1, 2])
    #expect(bars.centers == [0.5, 1.5, 2.5, 3.5] && bars.width == 1)
  }

  @Test func confusionIsSharedByRow() {
    let chart = Chart.confusionMatrix(Tensor([6, 2, 0, 0] as [Int], shape: [2, 2]))
    guard case .matrix(let matrix) = chart.content else { preconditionFailure("a confusion matrix is a matrix") }
    #expect(matrix.shares == [[0.75, 0.25], [0, 0]] && matrix.names == ["0", "1"])
  }

  @Test func longCurvesKeepTheirSpikes() throws {
    var chart = Chart()
    var losses = (0..<100_000).map { 1 / Double($0 + 1) }
    losses[77_777] = 123.25
    chart.addLine(y: losses)
    let script = try script(chart)
    #expect(script.contains("77778.0 123.25"))
    #expect(script.split(separator: "\n").count < 4500)
  }

  @Test func writesByEnding() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try curves.write(to: folder.appending(path: "chart.png"))
    try curves.write(to: folder.appending(path: "chart.svg"))
    #expect(try ImageHeader(contentsOf: folder.appending(path: "chart.png")).width == 640)
    #expect(throws: ChartError.self) { try curves.write(to: folder.appending(path: "chart.pdf")) }
    #expect(throws: ChartError.self) { try curves.write(to: folder.appending(path: "missing/chart.svg")) }
  }
}
