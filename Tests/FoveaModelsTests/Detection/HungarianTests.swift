import Foundation
import FoveaModels
import Testing
import Torch

@Suite("Hungarian")
struct HungarianTests {
  /// A matrix by formula, and scipy's least cost for it; see `Tests/Reference/assignment.py`.
  struct Case: Decodable, CustomTestStringConvertible {
    let rows, columns: Int
    let factors: [UInt64]
    let levels: UInt64
    let cost: Double

    var testDescription: String { "\(rows)x\(columns), \(levels) levels" }

    var costs: [Double] {
      (0..<UInt64(rows)).flatMap { r in
        (0..<UInt64(columns)).map { c in
          let sum = r * factors[0] + c * factors[1] + r * c * factors[2] + factors[3]
          return Double((sum &* 2_654_435_761) % (1 << 32) % levels) / 64
        }
      }
    }
  }

  static let cases = try? JSONDecoder().decode(
    [Case].self,
    from: Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Fixtures/assignment.json")))

  @Test("The cost is scipy's, and no row or column is used twice", arguments: try #require(cases))
  func scipy(_ test: Case) throws {
    let pairs = try Hungarian.assignment(costs: test.costs, rows: test.rows, columns: test.columns)
    #expect(pairs.count == min(test.rows, test.columns))
    #expect(Set(pairs.map(\.row)).count == pairs.count)
    #expect(Set(pairs.map(\.column)).count == pairs.count)
    #expect(pairs.map(\.row) == pairs.map(\.row).sorted())
    let costs = test.costs
    let sum = pairs.reduce(0) { $0 + costs[$1.row * test.columns + $1.column] }
    #expect(abs(sum - test.cost) <= 1e-9 * max(1, test.cost))
  }

  @Test("What is forbidden is avoided at any price")
  func forbidden() throws {
    let costs = [.infinity, 1, 1000, 1, .infinity, 2, 5, 1, .infinity]
    let pairs = try Hungarian.assignment(Tensor(costs, shape: [3, 3]))
    #expect(pairs.map(\.column) == [1, 2, 0])
  }

  @Test("Negative costs are costs like any other")
  func negative() throws {
    let pairs = try Hungarian.assignment(costs: [-5, -9, -1, -9, -8, -3], rows: 2, columns: 3)
    #expect(pairs.map(\.column) == [1, 0])
  }

  @Test("More rows than columns: the costly rows go without")
  func tall() throws {
    let pairs = try Hungarian.assignment(costs: [3, 1, 2], rows: 3, columns: 1)
    #expect(pairs.map(\.row) == [1])
    #expect(pairs.map(\.column) == [0])
  }

  @Test("NaN is named with its place", arguments: [Double.nan, -.infinity])
  func notANumber(_ cost: Double) {
    let error = #expect(throws: AssignmentError.self) {
      try Hungarian.assignment(costs: [1, 2, 3, 4, 5, cost], rows: 2, columns: 3)
    }
    #expect(error?.description.contains("row 1 and column 2") == true)
  }

  @Test("No assignment at all is an error", arguments: [(2, 2), (3, 2), (2, 3)])
  func infeasible(rows: Int, columns: Int) {
    var costs = [Double](repeating: .infinity, count: rows * columns)
    for row in 0..<rows where columns <= rows { costs[row * columns] = 1 }
    for column in 0..<columns where rows < columns { costs[column] = 1 }
    #expect(throws: AssignmentError.infeasible) {
      try Hungarian.assignment(costs: costs, rows: rows, columns: columns)
    }
  }
}
