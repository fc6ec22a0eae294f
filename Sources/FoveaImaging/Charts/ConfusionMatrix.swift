import Torch

extension Chart {
  /// A table of counts, drawn as a map of colours.
  struct Matrix: Sendable {
    let counts: [[Double]]
    let names: [String]

    var size: Int { counts.count }

    /// Room for each class and its name, within what a page can hold.
    var naturalSize: (width: Int, height: Int) {
      let side = min(max(160 + 34 * size, 420), 900)
      return (side + 80, side)
    }

    /// The share of each row's sum, 0 to 1: classes with many images do not outshine the others.
    var shares: [[Double]] {
      counts.map { row in
        let sum = row.reduce(0, +)
        return row.map { sum > 0 ? $0 / sum : 0 }
      }
    }
  }

  /// Which classes are taken for which: rows are the true (gold) classes, columns the predicted ones.
  ///
  /// Colour is the share of the row, so the diagonal shows recall. Counts are written in the cells of up to 20 classes, and
  /// names beside those of up to 60.
  ///
  /// - Parameters:
  ///   - counts: `[K, K]`, how often the class of the row was predicted as the class of the column.
  ///   - names: The names of the classes; without them their numbers are used.
  /// - Precondition: the matrix is square and not empty, and there are `K` names or none.
  public static func confusionMatrix(title: String = "", _ counts: Tensor, names: [String] = []) -> Chart {
    let size = counts.shape[0]
    precondition(
      counts.rank == 2 && size > 0 && counts.shape[1] == size, "a confusion matrix of shape \(counts.shape)")
    precondition(names.isEmpty || names.count == size, "\(names.count) names for \(size) classes")
    let values = counts.array(Double.self)
    let rows = (0..<size).map { Array(values[$0 * size..<($0 + 1) * size]) }
    let matrix = Matrix(counts: rows, names: names.isEmpty ? (0..<size).map { "\($0)" } : names)
    return Chart(title: title, x: Axis("predicted"), y: Axis("gold"), content: .matrix(matrix))
  }

  func script(_ matrix: Matrix) -> [String] {
    let last = Double(matrix.size) - 0.5
    var lines = [
      "set size ratio 1", "set style fill solid 1 noborder", "unset key", "unset grid", "set border 0",
      "set xrange [-0.5:\(last)]", "set yrange [\(last):-0.5]", "set cbrange [0:1]",
      "set palette defined (0 '#f8fafc', 0.25 '#bfd7f2', 0.6 '#4a90d9', 1 '#0b3d78')",
      "set cblabel 'share of the gold class' offset 1,0 textcolor rgb '#374151'", "set colorbox noborder",
      "set format cb '%.1f'",
    ]
    lines += names(matrix)
    lines.append(Gnuplot.table("shares", matrix.shares))
    var plots = ["$shares matrix with image pixels notitle"]
    if matrix.size <= 20 { plots += writeCounts(matrix, &lines) }
    return lines + ["plot " + plots.joined(separator: ", \\\n  ")]
  }

  private func names(_ matrix: Matrix) -> [String] {
    guard matrix.size <= 60 else { return ["set tics scale 0"] }
    let names = matrix.names.enumerated().map { "\(Gnuplot.quoted($1)) \($0)" }.joined(separator: ", ")
    let font = "font ',\(matrix.size <= 25 ? 10 : matrix.size <= 40 ? 8 : 6)'"
    let isShort = matrix.names.allSatisfy { $0.count <= 3 }
    return [
      "set xtics (\(names)) scale 0 \(isShort ? "norotate" : "rotate by 45 right") \(font)",
      "set ytics (\(names)) scale 0 \(font)",
    ]
  }

  /// The numbers in the cells, white where the colour is dark. Zeros are left out: what is there is seen sooner.
  private func writeCounts(_ matrix: Matrix, _ lines: inout [String]) -> [String] {
    let shares = matrix.shares
    var plots: [String] = []
    for (name, color, isDark) in [("dark", "#111827", false), ("light", "#ffffff", true)] {
      var rows: [[Double]] = []
      for (row, counts) in matrix.counts.enumerated() {
        for (column, count) in counts.enumerated() where count != 0 && (shares[row][column] > 0.45) == isDark {
          rows.append([Double(column), Double(row), count])
        }
      }
      guard !rows.isEmpty else { continue }
      lines.append(Gnuplot.table(name, rows))
      let size = matrix.size <= 12 ? 10 : 8
      plots.append(
        "$\(name) using 1:2:(sprintf('%.6g', $3)) with labels font ',\(size)' textcolor rgb '\(color)' notitle")
    }
    return plots
  }
}
