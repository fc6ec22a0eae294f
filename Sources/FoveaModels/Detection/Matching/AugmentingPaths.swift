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

  /// Lets rows take their cheapest column, also from each other, at a price by which it is as dear to them as their second
  /// choice (Jonker and Volgenant's "augmenting row reduction"). It settles most rows in a fraction of the time of searches.
  func bid() {
    var waiting = Array(columnOfRow.indices.reversed())
    for _ in 0..<4 * columnOfRow.count {
      guard let row = waiting.popLast() else { return }
      let (best, least, second) = twoCheapest(row)
      guard least < .infinity else { continue }  // The search will find that there is no way.
      let gain = second < .infinity ? second - least : 0
      let rival = rowOfColumn[best]
      guard rival < 0 || gain > 0 else { continue }  // A draw is left to the search.
      columnPrices[best] -= gain
      rowPrices[row] = least + gain
      rowOfColumn[best] = row
      columnOfRow[row] = best
      if rival >= 0 {
        columnOfRow[rival] = -1
        waiting.append(rival)
      }
    }
  }

  /// The cheapest column of a row, what it costs beyond the column's price, and what the second cheapest does.
  private func twoCheapest(_ row: Int) -> (column: Int, least: Double, second: Double) {
    let costs = UnsafeBufferPointer(rebasing: costs[row * columns..<(row + 1) * columns])
    var (best, least, second) = (0, Double.infinity, Double.infinity)
    for column in costs.indices {
      let cost = costs[column] - columnPrices[column]
      guard cost < second else { continue }
      if cost < least { (best, least, second) = (column, cost, least) } else { second = cost }
    }
    return (best, least, second)
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
  ///
  /// Nearly all time is spent here, so the numbers are reached by plain pointers.
  private func relax(_ row: Int, base: Double, unsettled: Int) -> Int {
    guard let costs = costs.baseAddress.map({ $0 + row * columns }), let open = open.baseAddress,
      let prices = columnPrices.baseAddress, let distance = distance.baseAddress,
      let reachedFrom = reachedFrom.baseAddress
    else { return 0 }
    var best = 0
    var least = Double.infinity
    for place in 0..<unsettled {
      let column = open[place]
      let there = base + costs[column] - prices[column]
      var nearest = distance[column]
      if there < nearest {
        nearest = there
        distance[column] = there
        reachedFrom[column] = row
      }
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
