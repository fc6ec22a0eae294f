import Foundation
import GRDB

/// A gallery as JSON: for backups, other programs, and to answer people who ask what is kept about them.
public struct GalleryExport: Sendable, Codable, Equatable {
  /// One photograph's embedding.
  public struct Photograph: Sendable, Codable, Equatable {
    public let source: String
    public let digest: String
    public let enrolled: Date
    /// The embeddings by the fingerprints of the weights that made them.
    public let embeddings: [String: [Float]]
  }

  /// One person and all that is kept about them.
  public struct Person: Sendable, Codable, Equatable {
    public let name: String
    public let photographs: [Photograph]
  }

  public let people: [Person]

  /// Writes it as a JSON file.
  public func write(to file: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    try encoder.encode(self).write(to: file, options: .atomic)
  }
}

extension FaceGallery {
  /// All that the gallery keeps, or all that it keeps about one person, of whatever model.
  ///
  /// - Throws: ``GalleryError``.
  public func export(_ person: String? = nil) throws(GalleryError) -> GalleryExport {
    try GalleryError.naming(file) {
      try database.read { database in
        let people = try Row.fetchAll(
          database, sql: "SELECT id, name FROM person WHERE ? IS NULL OR name = ? ORDER BY name",
          arguments: [person, person])
        return GalleryExport(
          people: try people.map { row in
            GalleryExport.Person(name: row["name"], photographs: try Self.photographs(of: row["id"], in: database))
          })
      }
    }
  }

  private static func photographs(of person: Int64, in database: Database) throws -> [GalleryExport.Photograph] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM photograph WHERE personId = ? ORDER BY id", arguments: [person]
    ).map { row in
      let id: Int64 = row["id"]
      let embeddings = try Row.fetchAll(
        database, sql: "SELECT model, vector FROM embedding WHERE photographId = ?", arguments: [id])
      return GalleryExport.Photograph(
        source: row["source"], digest: row["digest"], enrolled: row["enrolled"],
        embeddings: Dictionary(
          uniqueKeysWithValues: embeddings.map { row in
            let vector: Data = row["vector"]
            return (row["model"] as String, vector.floats)
          }))
    }
  }
}

extension Data {
  /// The bytes as numbers, those of the last, incomplete one left out.
  fileprivate var floats: [Float] {
    withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map {
        bytes.loadUnaligned(fromByteOffset: $0, as: Float.self)
      }
    }
  }
}
