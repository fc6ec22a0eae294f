import Foundation

/// Precision, recall, F1 and the number of samples of every class, with names: for people to read.
public struct PerClassTable: Sendable, Hashable, Codable, CustomStringConvertible {
  /// One class.
  public struct Row: Sendable, Hashable, Codable {
    /// The name of the class.
    public let name: String
    /// Of what was taken for the class, the share that was right.
    public let precision: Double
    /// Of its samples, the share that was recognised.
    public let recall: Double
    /// The harmonic mean of both.
    public let f1: Double
    /// How many samples it has.
    public let support: Int
  }

  /// The classes, in their order.
  public let rows: [Row]

  /// - Parameters:
  ///   - counts: of all classes.
  ///   - names: of the classes, in their order; a class without one is called by its number.
  public init(_ counts: ClassCounts, names: [String] = []) {
    let (precision, recall, f1) = (counts.precision, counts.recall, counts.f1)
    rows = counts.gold.indices.map { index in
      Row(
        name: index < names.count ? names[index] : String(index), precision: precision[index], recall: recall[index],
        f1: f1[index], support: counts.gold[index])
    }
  }

  /// The table in columns of plain text.
  public var description: String {
    let width = max(5, rows.map(\.name.count).max() ?? 0)
    func line(_ name: String, _ cells: [String]) -> String {
      let padding = String(repeating: " ", count: width - name.count)
      return name + padding + cells.map { String(repeating: " ", count: max(1, 11 - $0.count)) + $0 }.joined()
    }
    let header = line("class", ["precision", "recall", "f1", "samples"])
    let body = rows.map { row in
      line(
        row.name,
        [row.precision, row.recall, row.f1].map { String(format: "%.4f", $0) } + [String(row.support)])
    }
    return ([header] + body).joined(separator: "\n")
  }
}
