import Foundation
import FoveaImaging
import FoveaMetrics

extension Report {
  /// The confusion matrix as a heat map, and the pairs that are taken for each other most.
  var confusionSection: HTML? {
    guard let confusion, confusion.classCount > 1, confusion.sampleCount > 0 else { return nil }
    let map = confusion.classCount <= 30 ? table(of: confusion) : picture(of: confusion)
    let lead: HTML = """
      Rows are the true classes, columns the predicted ones. Blue is the share of a row that is right, red the share that \
      is wrong; red is strengthened, so that rare mistakes show.
      """
    return section("Confusion", lead, "<div class=\"confusion\">\n\(map)\(pairs(of: confusion))</div>\n")
  }

  private func table(of confusion: Confusion) -> HTML {
    let classes = 0..<confusion.classCount
    let shares = confusion.normalized(by: .gold)
    let header = classes.map { index -> HTML in "<th scope=\"col\"><span>\(className(index))</span></th>" }
    let rows = classes.map { gold -> HTML in
      let cells = classes.map { predicted -> HTML in
        let (count, share) = (confusion[gold: gold, predicted: predicted], shares[gold * classes.count + predicted])
        let color = Self.color(share: share, isRight: gold == predicted)
        let number: HTML = count == 0 ? "" : "\(count)"
        let title = "\(count) of \(className(gold)) taken for \(className(predicted)), \(share.percent())"
        return """
          <td style="background:\(color.hex);color:\(color.contrasting.hex)" title="\(title)">\(number)</td>
          """
      }
      return "<tr><th scope=\"row\">\(className(gold))</th>\(cells)</tr>\n"
    }
    return """
      <table class="heat\(classes.count > 14 ? " dense" : "")">
      <thead><tr><td></td>\(header)</tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>

      """
  }

  /// One pixel a cell, for matrices too large to be read number by number.
  private func picture(of confusion: Confusion) -> HTML {
    let size = confusion.classCount
    var pixels: [UInt8] = []
    pixels.reserveCapacity(size * size * 3)
    for (index, share) in confusion.normalized(by: .gold).enumerated() {
      let color = Self.color(share: share, isRight: index / size == index % size)
      pixels += [color.red, color.green, color.blue]
    }
    let image = Image(width: size, height: size, channels: 3, pixels: pixels)
    guard let png = try? image.encoded(as: .png) else { return "" }
    return """
      <img class="heat" src="\(HTML.dataURI(png, type: "image/png"))" alt="Confusion matrix of \(size) classes">

      """
  }

  private func pairs(of confusion: Confusion) -> HTML? {
    let worst = confusion.mostConfused(12)
    guard !worst.isEmpty else { return "<p>No sample was taken for another class.</p>\n" }
    let rows = worst.map { pair -> HTML in
      """
      <tr><td>\(className(pair.gold))</td><td>\(className(pair.predicted))</td>\
      <td class="number">\(pair.count.grouped)</td><td class="number">\(pair.share.percent())</td></tr>

      """
    }
    return """
      <table class="pairs">
      <thead><tr><th>Is</th><th>Taken for</th><th class="number">Samples</th><th class="number">Of class</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>

      """
  }

  /// White for nothing, deep blue for all that is right, deep red for all that is wrong.
  private static func color(share: Double, isRight: Bool) -> Color {
    let full = isRight ? (29.0, 78.0, 137.0) : (183.0, 28.0, 28.0)
    let strength = isRight ? share : share.squareRoot()
    func mix(_ channel: Double) -> UInt8 { UInt8(max(0, min(255, (255 + (channel - 255) * strength).rounded()))) }
    return Color(red: mix(full.0), green: mix(full.1), blue: mix(full.2))
  }
}

extension Color {
  fileprivate var hex: String { String(format: "#%02x%02x%02x", Int(red), Int(green), Int(blue)) }
}
