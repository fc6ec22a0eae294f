import Torch

/// The cheapest way to pair rows with columns, each with at most one: the linear sum assignment problem.
///
/// It is exact. DETR pairs its queries with the gold boxes by it, and a tracker its tracks with new boxes. The name is the
/// field's; the method is the quicker one of shortest augmenting paths (Jonker and Volgenant, 1987, in the rectangular form
/// of Crouse, 2016), as in scipy's `linear_sum_assignment`.
public enum Hungarian {
  /// Pairs rows with columns so that the sum of the chosen costs is the least.
  ///
  /// - Parameters:
  ///   - costs: row by row. Infinity forbids a pair.
  /// - Returns: as many pairs as the shorter side has elements, in the order of the rows.
  /// - Precondition: there are `rows * columns` costs.
  /// - Throws: ``AssignmentError`` for a cost that is NaN or minus infinity, or if infinities leave no whole assignment.
  public static func assignment(
    costs: [Double], rows: Int, columns: Int
  ) throws(AssignmentError) -> [(row: Int, column: Int)] {
    precondition(
      rows >= 0 && columns >= 0 && costs.count == rows * columns, "\(costs.count) costs for [\(rows), \(columns)]")
    if let place = costs.firstIndex(where: { $0.isNaN || $0 == -.infinity }) {
      throw .unusable(cost: costs[place], row: place / columns, column: place % columns)
    }
    guard let pairs = pairs(costs: costs, rows: rows, columns: columns) else { throw .infeasible }
    return pairs
  }

  /// Pairs the rows of a matrix `[R, C]` with its columns.
  ///
  /// - Throws: ``AssignmentError``, as for numbers.
  public static func assignment(_ costs: Tensor) throws(AssignmentError) -> [(row: Int, column: Int)] {
    precondition(costs.rank == 2, "costs of shape \(costs.shape); it is [rows, columns]")
    let numbers = costs.detach().to(.float64).array(Double.self)
    return try assignment(costs: numbers, rows: costs.shape[0], columns: costs.shape[1])
  }

  /// The pairs of least cost, in the order of the rows; nil if each assignment has a pair of infinite cost.
  static func pairs(costs: [Double], rows: Int, columns: Int) -> [(row: Int, column: Int)]? {
    guard rows > columns else {
      return cheapestColumns(costs, rows: rows, columns: columns)?.enumerated().map { (row: $0, column: $1) }
    }
    let turned = (0..<columns).flatMap { column in (0..<rows).map { costs[$0 * columns + column] } }
    return cheapestColumns(turned, rows: columns, columns: rows)?.enumerated()
      .map { (row: $1, column: $0) }.sorted { $0.row < $1.row }
  }

  /// The column of each row; nil if there is no assignment of finite cost. There are no more rows than columns.
  private static func cheapestColumns(_ costs: [Double], rows: Int, columns: Int) -> [Int]? {
    costs.withUnsafeBufferPointer { costs in
      let paths = AugmentingPaths(costs: costs, rows: rows, columns: columns)
      paths.bid()
      for row in 0..<rows where paths.columnOfRow[row] < 0 {
        guard paths.augment(from: row) else { return nil }
      }
      return Array(paths.columnOfRow)
    }
  }
}

/// Costs that no assignment can be made of.
public enum AssignmentError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A cost that cannot be compared. Boxes or scores that went NaN lead to it.
  case unusable(cost: Double, row: Int, column: Int)
  /// So many pairs are forbidden that some row, or column, is left alone.
  case infeasible

  public var description: String {
    switch self {
    case .unusable(let cost, let row, let column):
      "the cost of row \(row) and column \(column) is \(cost); costs must be numbers, or infinity for what is forbidden"
    case .infeasible: "every assignment has a pair of infinite cost; leave fewer pairs forbidden"
    }
  }
}
