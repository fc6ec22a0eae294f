import Foundation
import GRDB
import Torch

/// All embeddings of a gallery in one matrix, so that a query is compared with all of them at once.
struct GalleryIndex: Sendable {
  private let table: EmbeddingTable
  /// Whose each is, by its place among ``names``.
  private let owners: [Int32]
  let names: [String]
  private let sources: [String]
  /// SQLite's data version when it was read.
  let version: Int

  /// `[N, D]`, of length 1.
  var embeddings: Tensor { table.rows }
  var count: Int { owners.count }
  var isEmpty: Bool { owners.isEmpty }

  /// Reads a gallery.
  ///
  /// - Throws: ``GalleryError`` for an embedding of another size or length than it should have.
  init(_ database: Database, model: String, dimensions: Int, version: Int, file: URL) throws {
    let number = try Int.fetchOne(
      database, sql: "SELECT COUNT(*) FROM embedding WHERE model = ?", arguments: [model])
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT person.name, photograph.source, embedding.vector FROM embedding
        JOIN photograph ON photograph.id = photographId JOIN person ON person.id = personId
        WHERE model = ? ORDER BY embedding.id
        """, arguments: [model])
    var (owners, sources, names) = ([Int32](), [String](), [String]())
    var places: [String: Int32] = [:]
    let matrix = Tensor.empty([number ?? 0, dimensions])
    try matrix.withUnsafeMutableBytes { memory in
      while let row = try rows.next() {
        let name: String = row[0]
        let bytes: Data = row[2]
        let start = owners.count * dimensions * MemoryLayout<Float>.size
        guard bytes.count == dimensions * MemoryLayout<Float>.size, start + bytes.count <= memory.count else {
          throw GalleryError.file(
            file.path, problem: "an embedding of \(name) has \(bytes.count) bytes, not \(dimensions * 4): it is damaged"
          )
        }
        UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + bytes.count)]).copyBytes(from: bytes)
        if places[name] == nil {
          places[name] = Int32(names.count)
          names.append(name)
        }
        owners.append(places[name] ?? 0)
        sources.append(row[1])
      }
    }
    let embeddings = matrix[0..<owners.count]
    guard Bool(((embeddings.norm(dims: [1]) - 1).abs() .< 1e-3).all()) else {
      throw GalleryError.file(file.path, problem: "an embedding in it is not of length 1: it is damaged")
    }
    self.init(table: EmbeddingTable(embeddings), owners: owners, names: names, sources: sources, version: version)
  }

  /// - Parameters:
  ///   - owners: whose each row is, by its place among `names`.
  ///   - sources: what the photograph of each row is called.
  init(table: EmbeddingTable, owners: [Int32], names: [String], sources: [String], version: Int = 0) {
    self.table = table
    self.owners = owners
    self.names = names
    self.sources = sources
    self.version = version
  }

  /// The most similar people to a query of length 1, best first.
  func matches(_ query: [Float], top: Int, atLeast least: Double?) -> [FaceMatch] {
    guard !isEmpty, top > 0 else { return [] }
    let query = Tensor(query)
    let least = least ?? -.infinity
    let bounds = table.upperBounds(for: query)
    // More are looked at until enough people are found: one may have many of the best photographs.
    var looked = min(count, max(4 * top, 32))
    while true {
      let (highest, places) = bounds.topK(looked)
      // No photograph that is not looked at is more similar than this.
      let rest = looked == count ? -.infinity : highest.array(Double.self)[looked - 1]
      var found: [FaceMatch] = []
      var seen: Set<Int32> = []
      for (place, similarity) in ranked(places, query) {
        if found.count == top || max(similarity, rest) < least { return found }
        if similarity <= rest { break }
        guard seen.insert(owners[place]).inserted else { continue }
        found.append(
          FaceMatch(person: names[Int(owners[place])], similarity: min(1, similarity), photograph: sources[place]))
      }
      if found.count == top || looked == count { return found }
      looked = min(count, 4 * looked)
    }
  }

  /// Photographs with their similarities to a query, the best first; of equal ones, that which was enrolled first.
  private func ranked(_ places: Tensor, _ query: Tensor) -> [(place: Int, similarity: Double)] {
    zip(places.array(Int.self), table.similarities(of: places, to: query)).sorted {
      $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1
    }
  }

  /// The similarity of a query of length 1 to a person's most similar photograph; nil for somebody without any.
  func similarity(of query: [Float], to person: String) -> Double? {
    guard let owner = names.firstIndex(of: person) else { return nil }
    let places = owners.indices.filter { owners[$0] == owner }
    return table.similarities(of: Tensor(places), to: Tensor(query)).max().map { min(1, $0) }
  }

  /// Whose each embedding is.
  var people: [Int] { owners.map(Int.init) }
}
