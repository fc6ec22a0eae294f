import Foundation
import FoveaImaging

extension Report {
  /// What was measured during training. Without gnuplot the page says so, and has no curves.
  func curvesSection(
    draw: (Chart, _ width: Int) throws -> String = { try $0.svg(width: $1, height: 320) }
  ) -> HTML? {
    let curves = Curves.all(of: history)
    guard !curves.isEmpty else { return nil }
    let columns = curves.count % 3 == 0 ? 3 : 2
    do {
      let charts = try curves.map { curve -> HTML in
        let picture = Data(try draw(curve.chart, columns == 3 ? 420 : 520).utf8)
        return
          "<img src=\"\(HTML.dataURI(picture, type: "image/svg+xml"))\" alt=\"\(curve.title) over \(curve.axis)s\">\n"
      }
      return section("Training", nil, "<div class=\"charts\" style=\"--columns:\(columns)\">\n\(charts)</div>\n")
    } catch {
      return section("Training", nil, "<p>There are no curves here: \(String(describing: error)).</p>\n")
    }
  }
}

extension Curves {
  fileprivate var chart: Chart {
    var chart = Chart(title: title.prefix(1).uppercased() + title.dropFirst(), x: Chart.Axis(axis))
    for line in lines {
      chart.addLine(line.name, x: line.x, y: line.y, dashed: line.name == "validation")
    }
    return chart
  }
}
