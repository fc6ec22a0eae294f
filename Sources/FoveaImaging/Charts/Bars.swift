extension Chart {
  /// Upright bars, in groups side by side.
  struct Bars: Sendable {
    /// One text below each group; none in a histogram.
    let labels: [String]
    /// Names and heights; every group has one height for each place.
    let groups: [(name: String, heights: [Double])]
    /// The middle of each place, and the width of one.
    let centers: [Double]
    let width: Double
    let showsValues: Bool
  }

  /// A chart of bars: a quantity for each of some classes, methods or machines.
  ///
  /// - Parameters:
  ///   - labels: What each place stands for.
  ///   - groups: For each colour its name (empty: not in the legend) and its height at each label.
  ///   - y: The vertical axis, from 0 unless it has a range.
  /// - Precondition: every group has one value for each label.
  public static func bars(
    title: String = "", labels: [String], groups: [(name: String, values: [Double])], y: Axis = Axis()
  ) -> Chart {
    for group in groups {
      precondition(group.values.count == labels.count, "\(group.values.count) bars for \(labels.count) labels")
    }
    let bars = Bars(
      labels: labels, groups: groups.map { ($0.name, $0.values) }, centers: labels.indices.map(Double.init), width: 1,
      showsValues: labels.count * groups.count <= 16)
    return Chart(title: title, x: Axis(), y: y, content: .bars(bars))
  }

  /// How often values fall into each of `bins` equal parts of their range; those that are not finite are left out.
  public static func histogram(title: String = "", _ values: [Double], bins: Int = 30, x: Axis = Axis()) -> Chart {
    precondition(bins > 0, "a histogram of \(bins) bins")
    let finite = values.filter(\.isFinite)
    let lowest = finite.min() ?? 0
    let span = (finite.max() ?? 0) - lowest
    // Values that are all the same fill one bin.
    let width = span > 0 && span.isFinite ? span / Double(bins) : 1
    var counts = [Double](repeating: 0, count: span > 0 ? bins : 1)
    for value in finite { counts[min(Int((value - lowest) / width), counts.count - 1)] += 1 }
    let start = span > 0 ? lowest : lowest - 0.5
    let bars = Bars(
      labels: [], groups: finite.isEmpty ? [] : [("", counts)],
      centers: counts.indices.map { start + (Double($0) + 0.5) * width }, width: width, showsValues: false)
    return Chart(title: title, x: x, y: Axis("count"), content: .bars(bars))
  }

  func script(_ bars: Bars, width: Int) throws -> [String] {
    guard bars.groups.contains(where: { $0.heights.contains(where: \.isFinite) }) else {
      throw ChartError.nothingToDraw(title: title)
    }
    var lines = ["set grid noxtics"]
    if y.range == nil && !y.isLogarithmic { lines.append("set yrange [0:*]") }
    if !bars.labels.isEmpty { lines += ticks(bars.labels, roomInPixels: (width - 80) / bars.labels.count) }
    if bars.groups.allSatisfy(\.name.isEmpty) { lines.append("unset key") }
    // Between places there is air, but none between the bins of a histogram.
    let share = bars.labels.isEmpty ? 0.96 : 0.8
    let barWidth = bars.width * share / Double(bars.groups.count)
    var plots: [String] = []
    for (index, group) in bars.groups.enumerated() {
      let shift = (Double(index) - Double(bars.groups.count - 1) / 2) * barWidth
      lines.append(Gnuplot.table("bars\(index)", zip(bars.centers, group.heights).map { [$0 + shift, $1, barWidth] }))
      let title = group.name.isEmpty ? "notitle" : "title \(Gnuplot.quoted(group.name))"
      plots.append("$bars\(index) using 1:2:3 with boxes linecolor rgb '\(Self.barColor(index).html)' \(title)")
      if bars.showsValues {
        plots.append("$bars\(index) using 1:2:(sprintf('%.4g', $2)) with labels offset 0,0.6 font ',9' notitle")
      }
    }
    return lines + ["plot " + plots.joined(separator: ", \\\n  ")]
  }

  /// Blue first: red bars look like an alarm.
  private static func barColor(_ index: Int) -> Color { .distinct(index == 0 ? 1 : index == 1 ? 3 : index) }

  /// Class names below their bars, slanted where they would touch each other.
  private func ticks(_ labels: [String], roomInPixels: Int) -> [String] {
    let names = labels.enumerated().map { "\(Gnuplot.quoted($1)) \($0)" }.joined(separator: ", ")
    let longest = labels.map(\.count).max() ?? 0
    let slant =
      longest * 7 < roomInPixels ? "norotate" : roomInPixels < 24 ? "rotate by 90 right" : "rotate by 40 right"
    let fontSize = roomInPixels < 12 ? 6 : roomInPixels < 18 ? 8 : 10
    return [
      "set xtics (\(names)) scale 0 \(slant) font ',\(fontSize)'", "set xrange [-0.6:\(Double(labels.count) - 0.4)]",
    ]
  }
}
