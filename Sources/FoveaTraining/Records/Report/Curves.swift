/// The columns of a table of metrics as charts: what has one name in training and in validation goes into one chart.
///
/// A column is called `loss/train`, `loss/validation`, or just `learning_rate`.
struct Curves: Hashable {
  /// One line of a chart.
  struct Line: Hashable {
    /// The part of the data that it is of, such as `validation`; empty for a column without one.
    let name: String
    let x: [Double]
    let y: [Double]
  }

  /// What is measured, such as `loss`.
  let title: String
  /// What the horizontal axis counts: `epoch`, or `step` where a line has several points an epoch.
  let axis: String
  let lines: [Line]

  /// The charts of a table: loss, accuracy, then the others in the order of their columns.
  static func all(of table: MetricsTable, pointLimit: Int = 400) -> [Curves] {
    var columns: [(title: String, names: [(line: String, column: String)])] = []
    for column in table.names {
      let (line, title) = split(column)
      if let place = columns.firstIndex(where: { $0.title == title }) {
        columns[place].names.append((line, column))
      } else {
        columns.append((title, [(line, column)]))
      }
    }
    let first = ["loss", "accuracy"].compactMap { name in columns.first { $0.title == name } }
    let others = columns.filter { !["loss", "accuracy"].contains($0.title) }
    return (first + others).compactMap { chart in
      let series = chart.names.map { (name: $0.line, points: table.series($0.column).filter(\.value.isFinite)) }
        .filter { !$0.points.isEmpty }
      guard !series.isEmpty else { return nil }
      let byEpoch = series.allSatisfy { Set($0.points.map(\.epoch)).count == $0.points.count }
      let lines = series.map { name, points in
        let thin = thinned(points.map { (Double(byEpoch ? $0.epoch : $0.step), $0.value) }, to: pointLimit)
        return Line(name: name, x: thin.map(\.0), y: thin.map(\.1))
      }
      return Curves(
        title: chart.title.replacing("_", with: " "), axis: byEpoch ? "epoch" : "step", lines: lines)
    }
  }

  private static func split(_ column: String) -> (line: String, title: String) {
    guard let slash = column.firstIndex(of: "/") else { return ("", column) }
    return (String(column[column.index(after: slash)...]), String(column[..<slash]))
  }

  /// Means of neighbouring points, so that a line of a hundred thousand steps stays a light one.
  private static func thinned(_ points: [(Double, Double)], to limit: Int) -> [(Double, Double)] {
    guard points.count > limit else { return points }
    let size = (points.count + limit - 1) / limit
    return stride(from: 0, to: points.count, by: size).map { start in
      let part = points[start..<min(start + size, points.count)]
      let count = Double(part.count)
      return (part.reduce(0) { $0 + $1.0 } / count, part.reduce(0) { $0 + $1.1 } / count)
    }
  }
}
