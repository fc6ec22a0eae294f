import Foundation
import FoveaImaging

extension Report {
  /// Precision over recall, a line a class. Without gnuplot the page says so.
  var precisionRecallSection: HTML? {
    let curves = precisionRecall.filter { !$0.precision.isEmpty }
    guard !curves.isEmpty else { return nil }
    var chart = Chart(title: "Precision over recall, overlap 0.5", x: Chart.Axis("recall"))
    for curve in curves.prefix(12) {
      let steps = Double(max(1, curve.precision.count - 1))
      chart.addLine(curve.name, x: curve.precision.indices.map { Double($0) / steps }, y: curve.precision)
    }
    do {
      let picture = Data(try chart.svg(width: 640, height: 400).utf8)
      return section(
        "Classes", nil,
        "<img src=\"\(HTML.dataURI(picture, type: "image/svg+xml"))\" alt=\"precision over recall of each class\">\n")
    } catch {
      return section("Classes", nil, "<p>There are no curves here: \(String(describing: error)).</p>\n")
    }
  }

  /// Images with gold boxes on the left and found ones on the right.
  var detectionsSection: HTML? {
    guard !detections.isEmpty else { return nil }
    let pictures = detections.map { image -> HTML in
      guard let data = try? image.encoded(as: .jpeg(quality: 80)) else { return "<p>no image</p>\n" }
      return
        "<p><img src=\"\(HTML.dataURI(data, type: "image/jpeg"))\" style=\"max-width:100%\" alt=\"annotated and found objects\"></p>\n"
    }
    return section("Objects", "On the left as annotated, on the right as found.", "\(pictures)")
  }
}
