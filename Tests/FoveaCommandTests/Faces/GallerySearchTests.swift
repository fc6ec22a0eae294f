import Foundation
import Testing

@testable import Fovea

/// The gallery's search, against one that compares everything in double precision.
@Suite struct GallerySearchTests {
  /// What embeddings may be like.
  enum Kind: CaseIterable {
    /// Anything.
    case drawn
    /// Few of their numbers are large, so rounding moves them far.
    case spiky
    /// Many that differ from one another in the fourth to the seventh digit, and copies.
    case close
  }

  /// Rows `[1500, D]`, and queries near to some of them.
  static func embeddings(_ kind: Kind, dimensions: Int) -> (rows: Tensor, queries: Tensor) {
    let generator = Generator(seed: 5)
    var rows = Tensor.randn([1500, dimensions], generator: generator)
    let noise = Tensor.randn([6, dimensions], generator: generator) * 0.05
    switch kind {
    case .drawn: break
    case .spiky: rows = rows * rows.square() * rows.square()
    case .close:
      let scales = Tensor((0..<1200).map { Float(1e-3 * pow(10, -Double($0 % 5))) }, shape: [1200, 1])
      rows = Tensor.cat([rows[0..<1] + rows[0..<1200] * scales, rows[0..<150], rows[0..<150]])
    }
    rows = rows.normalize(dim: 1)
    return (rows, (rows[0..<6] + noise).normalize(dim: 1))
  }

  /// Photographs by their similarity, best first.
  static func ranked(_ rows: Tensor, _ query: Tensor) -> [(place: Int, similarity: Double)] {
    (rows.to(.float64) * query.to(.float64)).sum(dims: [1]).array(Double.self).enumerated()
      .map { (place: $0.offset, similarity: $0.element) }
      .sorted { $0.similarity == $1.similarity ? $0.place < $1.place : $0.similarity > $1.similarity }
  }

  @Test(arguments: Kind.allCases, [2, 50, 128])
  func matchesAreThoseOfComparingEverything(_ kind: Kind, dimensions: Int) {
    let (rows, queries) = Self.embeddings(kind, dimensions: dimensions)
    for (rounds, people) in [(true, 1500), (true, 40), (false, 1500), (false, 40)] {
      let index = GalleryIndex(
        table: EmbeddingTable(rows, rounds: rounds), owners: (0..<1500).map { Int32($0 % people) },
        names: (0..<people).map { "\($0)" }, sources: (0..<1500).map { "photograph \($0)" })
      for query in queries.split(1) {
        let query = query[0]
        var seen: Set<Int> = []
        let expected = Self.ranked(rows, query).filter { seen.insert($0.place % people).inserted }
        for top in [1, 5, 60] {
          let found = index.matches(query.array(Float.self), top: top, atLeast: nil)
          #expect(found.map(\.photograph) == expected.prefix(top).map { "photograph \($0.place)" })
          #expect(
            zip(found, expected).allSatisfy { abs($0.similarity - min(1, $1.similarity)) < 1e-12 })
        }
        let least = expected[7].similarity - 1e-12
        let close = index.matches(query.array(Float.self), top: 40, atLeast: least)
        let near = expected.prefix { $0.similarity >= least }.prefix(40)
        #expect(close.map(\.person) == near.map { "\($0.place % people)" })
      }
    }
  }

  @Test(arguments: Kind.allCases, [2, 50, 64, 512])
  func boundsAreAboveAndNotFarAbove(_ kind: Kind, dimensions: Int) {
    let (rows, queries) = Self.embeddings(kind, dimensions: dimensions)
    for (rounds, most) in [(true, 0.1), (false, 1e-3)] {
      let table = EmbeddingTable(rows, rounds: rounds)
      for query in queries.split(1) {
        let exact = (rows.to(.float64) * query.to(.float64)).sum(dims: [1])
        let above = table.upperBounds(for: query[0]).to(.float64) - exact
        #expect(above.min().item(Double.self) >= 0 && above.max().item(Double.self) < most)
      }
    }
  }

  @Test func copiesComeInTheOrderOfTheirEnrolment() {
    let row = Tensor.randn([1, 96], generator: Generator(seed: 2)).normalize(dim: 1)
    let table = EmbeddingTable(row.expand(300, -1).contiguous(), rounds: true)
    let index = GalleryIndex(
      table: table, owners: (0..<300).map { Int32($0) }, names: (0..<300).map { "\($0)" },
      sources: (0..<300).map { "\($0)" })
    let found = index.matches(row[0].array(Float.self), top: 4, atLeast: nil)
    #expect(found.map(\.person) == ["0", "1", "2", "3"])
  }

  @Test func manyRowsAreRoundedOfThemselves() {
    let rows = Tensor.randn([EmbeddingTable.manyRows, 8], generator: Generator(seed: 3)).normalize(dim: 1)
    let bounds = EmbeddingTable(rows).upperBounds(for: rows[0])
    #expect(bounds.isEqual(to: EmbeddingTable(rows, rounds: true).upperBounds(for: rows[0])))
    let few = EmbeddingTable(rows[0..<100]).upperBounds(for: rows[0])
    #expect(few.isEqual(to: EmbeddingTable(rows[0..<100], rounds: false).upperBounds(for: rows[0])))
  }
}
