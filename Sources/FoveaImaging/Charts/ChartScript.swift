// What gnuplot is told: the look that all charts share, then what the kind of chart adds.

extension Chart {
  /// The whole script for one picture.
  ///
  /// - Throws: ``ChartError/nothingToDraw(title:)``.
  func script(terminal: String, _ size: (width: Int, height: Int)) throws -> String {
    let content: [String]
    switch self.content {
    case .series(let series): content = try script(series)
    case .bars(let bars): content = try script(bars, width: size.width)
    case .matrix(let matrix): content = script(matrix)
    }
    return (["set terminal \(terminal) noenhanced"] + look + axes + content).joined(separator: "\n") + "\n"
  }

  private var look: [String] {
    [
      "set encoding utf8",
      "set border 3 linecolor rgb '#9ca3af'",
      "set tics nomirror out scale 0.5 textcolor rgb '#374151'",
      "set grid linecolor rgb '#e5e7eb' linetype 1 linewidth 1",
      "set key tmargin left horizontal Left reverse samplen 2 textcolor rgb '#374151'",
      "set style fill solid 0.85 noborder",
    ]
  }

  private var axes: [String] {
    var lines: [String] = []
    if !title.isEmpty { lines.append("set title \(Gnuplot.quoted(title)) font ',12' textcolor rgb '#111827'") }
    for (letter, axis) in [("x", x), ("y", y)] {
      if !axis.title.isEmpty {
        lines.append("set \(letter)label \(Gnuplot.quoted(axis.title)) textcolor rgb '#374151'")
      }
      if axis.isLogarithmic {
        lines.append("set logscale \(letter)")
        lines.append("set format \(letter) '%g'")
      }
      if let range = axis.range {
        lines.append("set \(letter)range [\(Gnuplot.number(range.lowerBound)):\(Gnuplot.number(range.upperBound))]")
      }
    }
    return lines
  }

  /// Whether both coordinates can be drawn on these axes.
  func canBeDrawn(x: Double, y: Double) -> Bool {
    x.isFinite && y.isFinite && !(self.x.isLogarithmic && x <= 0) && !(self.y.isLogarithmic && y <= 0)
  }
}
