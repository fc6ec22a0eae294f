extension Chart {
  /// One curve or cloud of points.
  struct Series: Sendable {
    enum Style: Sendable {
      case line
      case dashedLine
      case points
    }

    let name: String
    let places: [(x: Double, y: Double)]
    let style: Style
  }

  /// Adds a curve.
  ///
  /// - Parameters:
  ///   - name: What the legend says; curves without a name are not in it.
  ///   - x: The horizontal places; if none are given 1, 2, 3, …, as epochs are counted.
  ///   - y: The values; where one is not finite, the curve has a gap.
  ///   - dashed: Tells, say, validation from training.
  /// - Precondition: there are as many `x` as `y`, and the chart is of curves.
  public mutating func addLine(_ name: String = "", x: [Double]? = nil, y: [Double], dashed: Bool = false) {
    add(name, x ?? (0..<y.count).map { Double($0 + 1) }, y, dashed ? .dashedLine : .line)
  }

  /// Adds a scatter of points.
  ///
  /// - Precondition: there are as many `x` as `y`, and the chart is of curves.
  public mutating func addPoints(_ name: String = "", x: [Double], y: [Double]) {
    add(name, x, y, .points)
  }

  private mutating func add(_ name: String, _ x: [Double], _ y: [Double], _ style: Series.Style) {
    precondition(x.count == y.count, "the series '\(name)' has \(x.count) x and \(y.count) y")
    guard case .series(let series) = content else { preconditionFailure("curves in a chart of bars or of a matrix") }
    content = .series(series + [Series(name: name, places: zip(x, y).map { ($0, $1) }, style: style)])
  }

  func script(_ series: [Series]) throws -> [String] {
    guard series.contains(where: { $0.places.contains { canBeDrawn(x: $0.x, y: $0.y) } }) else {
      throw ChartError.nothingToDraw(title: title)
    }
    var tables: [String] = []
    var plots: [String] = []
    for (index, one) in series.enumerated() {
      let rows = one.thinned().map { canBeDrawn(x: $0.x, y: $0.y) ? [$0.x, $0.y] : [$0.x, .nan] }
      tables.append(Gnuplot.table("series\(index)", rows))
      let title = one.name.isEmpty ? "notitle" : "title \(Gnuplot.quoted(one.name))"
      plots.append("$series\(index) using 1:2 \(one.look) linecolor rgb '\(Color.distinct(index).html)' \(title)")
    }
    let key = series.allSatisfy(\.name.isEmpty) ? ["unset key"] : []
    return tables + key + ["plot " + plots.joined(separator: ", \\\n  ")]
  }
}

extension Chart.Series {
  fileprivate var look: String {
    let dots = places.count <= 30 ? "linespoints pointtype 7 pointsize 0.5" : "lines"
    return switch style {
    case .line: "with \(dots) linewidth 2"
    case .dashedLine: "with \(dots) linewidth 2 dashtype (8,5)"
    case .points: "with points pointtype 7 pointsize 0.6"
    }
  }

  /// At most 4,000 points of a curve: of each stretch the lowest and the highest, so that no spike is lost.
  fileprivate func thinned() -> [(x: Double, y: Double)] {
    let stretch = places.count / 2000
    guard style != .points, stretch > 2 else { return places }
    return stride(from: 0, to: places.count, by: stretch).flatMap { start -> [(x: Double, y: Double)] in
      let part = (start..<min(start + stretch, places.count)).filter { places[$0].y.isFinite }
      guard let lowest = part.min(by: { places[$0].y < places[$1].y }),
        let highest = part.max(by: { places[$0].y < places[$1].y })
      else { return [places[start]] }
      return lowest == highest ? [places[lowest]] : [lowest, highest].sorted().map { places[$0] }
    }
  }
}
