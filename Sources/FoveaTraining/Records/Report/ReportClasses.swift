import FoveaMetrics

extension Report {
  /// Precision, recall and F1 of every class; of many classes the weakest first.
  var classesSection: HTML? {
    guard let confusion, confusion.classCount > 0, confusion.sampleCount > 0 else { return nil }
    let rows = PerClassTable(confusion.classCounts, names: classNames).rows
    guard rows.count > 40 else { return section("Classes", nil, table(rows)) }
    let weakest = rows.filter { $0.support > 0 }.sorted { $0.f1 < $1.f1 }.prefix(15)
    let lead: HTML = "The \(weakest.count) classes with the lowest F1, and below them all."
    return section(
      "Classes", lead,
      """
      \(table(Array(weakest)))<details><summary>All \(rows.count) classes</summary>
      \(table(rows))</details>

      """)
  }

  private func table(_ rows: [PerClassTable.Row]) -> HTML {
    let lines = rows.map { row -> HTML in
      """
      <tr><th scope="row">\(row.name)</th>\(bar(row.precision))\(bar(row.recall))\(bar(row.f1))\
      <td class="number">\(row.support.grouped)</td></tr>

      """
    }
    return """
      <table class="classes">
      <thead><tr><th>Class</th><th>Precision</th><th>Recall</th><th>F1</th><th class="number">Samples</th></tr></thead>
      <tbody>
      \(lines)</tbody>
      </table>

      """
  }

  /// A share as a number with a bar behind it.
  func bar(_ share: Double) -> HTML {
    guard share.isFinite else { return "<td>-</td>" }
    return "<td class=\"bar\">\(share.percent())<i style=\"width:\(share.percent())\"></i></td>"
  }

  /// Accuracy against confidence, a row for each bin that has samples.
  var reliabilitySection: HTML? {
    guard let reliability, reliability.error.isFinite else { return nil }
    let rows = reliability.bins.filter { $0.count > 0 }.map { bin -> HTML in
      """
      <tr><th scope="row">\(bin.lowerBound.percent(digits: 0)) to \(bin.upperBound.percent(digits: 0))</th>\
      \(bar(bin.confidence))\(bar(bin.accuracy))<td class="number">\(bin.count.grouped)</td></tr>

      """
    }
    let lead: HTML = """
      How often the network is right when it says how sure it is. The expected calibration error is \
      \(reliability.error.percent(digits: 2)).
      """
    return section(
      "Calibration", lead,
      """
      <table class="classes">
      <thead><tr><th>Confidence</th><th>Mean confidence</th><th>Accuracy</th><th class="number">Samples</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>

      """)
  }
}
