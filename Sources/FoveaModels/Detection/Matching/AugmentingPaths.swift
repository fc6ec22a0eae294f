/// The state of the method of shortest augmenting paths: a partial assignment and the prices that prove it cheapest.
///
/// Every row and column has a price, and no pair costs less than both its prices together. A pair that is chosen costs
/// exactly as much, so what is chosen is cheapest for its rows. Each step adds one row, by the cheapest path that gives
/// columns from row to row and ends at a free one (Dijkstra's search on the differences between costs and prices).
final class AugmentingPaths {
  private let costs: UnsafeBufferPointer<Double>
  private let columns: Int

  /// The column that each row has; -1 for none yet.
  let columnOfRow: UnsafeMutableBufferPointer<Int>
  private let rowOfColumn: UnsafeMutableBufferPointer<Int>
  private let rowPrices: UnsafeMutableBufferPointer<Double>
  private let columnPrices: UnsafeMutableBufferPointer<Double>

  // Of one search: how far each column is, from which row it was reached, and all columns, settled ones last.
  private let distance: UnsafeMutableBufferPointer<Double>
  private let reachedFrom: UnsafeMutableBufferPointer<Int>
  private let open: UnsafeMutableBufferPointer<Int>

  /// - Parameter costs: row by row; no more rows than columns. They must outlive this.
  init(costs: UnsafeBufferPointer<Double>, rows: Int, columns: Int) {
    self.costs = costs
    self.columns = columns
    columnOfRow = .filled(rows, -1)
    rowOfColumn = .filled(columns, -1)
    rowPrices = .filled(rows, 0)
    columnPrices = .filled(columns, 0)
    distance = .filled(columns, 0)
    reachedFrom = .filled(columns, -1)
    open = .filled(columns, 0)
    for column in 0..<columns { open[column] = column }
  }

  deinit {
    for numbers in [columnOfRow, rowOfColumn, reachedFrom, open] { numbers.deallocate() }
    for numbers in [rowPrices, columnPrices, distance] { numbers.deallocate() }
  }

  /// Gives each row its cheapest column if that is still free, which settles most rows at once.
  func takeFreeMinima() {
    guard columns > 0 else { return }
    for row in columnOfRow.indices {
      let start = row * columns
      var best = 0
      for column in 1..<max(1, columns) where costs[start + column] < costs[start + best] { best = column }
      guard costs[start + best] < .infinity else { continue }
      rowPrices[row] = costs[start + best]
      if rowOfColumn[best] < 0 {
        rowOfColumn[best] = row
        columnOfRow[row] = best
      }
    }
  }

  /// Finds a column for one more row, moving others where that is cheaper; false if all ways cost infinity.
  func augment(from start: Int) -> Bool {
    guard let (end, length, unsettled) = search(from: start) else { return false }
    rowPrices[start] += length
    for place in unsettled..<columns {
      let column = open[place]
      let gain = length - distance[column]
      columnPrices[column] -= gain
      if rowOfColumn[column] >= 0 { rowPrices[rowOfColumn[column]] += gain }
    }
    var column = end
    while true {
      let row = reachedFrom[column]
      rowOfColumn[column] = row
      swap(&columnOfRow[row], &column)
      if row == start { return true }
    }
  }

  /// The nearest free column, how far it is, and where in `open` the settled columns begin.
  private func search(from start: Int) -> (end: Int, length: Double, unsettled: Int)? {
    distance.update(repeating: .infinity)
    var unsettled = columns
    var row = start
    var length = 0.0
    while unsettled > 0 {
      let nearest = relax(row, base: length - rowPrices[row], unsettled: unsettled)
      let column = open[nearest]
      length = distance[column]
      guard length < .infinity else { return nil }
      unsettled -= 1
      open.swapAt(nearest, unsettled)
      if rowOfColumn[column] < 0 { return (column, length, unsettled) }
      row = rowOfColumn[column]
    }
    return nil
  }

  /// Looks from a row at all open columns; returns where in `open` the nearest is, a free one before others.
  private func relax(_ row: Int, base: Double, unsettled: Int) -> Int {
    let start = row * columns
    var best = 0
    var least = Double.infinity
    for place in 0..<unsettled {
      let column = open[place]
      let there = base + costs[start + column] - columnPrices[column]
      if there < distance[column] {
        distance[column] = there
        reachedFrom[column] = row
      }
      let nearest = distance[column]
      if nearest < least || (nearest == least && rowOfColumn[column] < 0) {
        least = nearest
        best = place
      }
    }
    return best
  }
}

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
  /// New memory full of one value; whoever has it gives it back.
  fileprivate static func filled(_ count: Int, _ value: Element) -> Self {
    let buffer = Self.allocate(capacity: count)
    buffer.initialize(repeating: value)
    return buffer
  }
}
