import Foundation
import GRDB
import Torch

/// Known people: who they are, their photographs' names, and the embeddings of these. A SQLite file.
///
/// ```swift
/// let gallery = try FaceGallery(URL(filePath: "team.gallery"), model: recognizer.fingerprint, dimensions: 512)
/// try gallery.enroll("Ada", source: "ada.jpg", digest: digest, embedding: embedding)
/// for match in try gallery.identify(query, top: 3) { print(match.person, match.similarity) }
/// ```
/// Photographs themselves are not kept. Several processes may use one file; what a call of ``enroll(_:source:digest:embedding:)``
/// has acknowledged outlives a crash, and half an enrolment is never seen. It belongs to one thread at a time.
public final class FaceGallery {
  /// The file.
  public let file: URL
  /// The fingerprint of the weights that embeddings are compared for.
  public let model: String
  /// The number of elements of an embedding.
  public let dimensions: Int

  let database: DatabaseQueue
  private var index: GalleryIndex?

  /// Opens a gallery, and makes the file if it is not there.
  ///
  /// - Throws: ``GalleryError``.
  public init(_ file: URL, model: String, dimensions: Int) throws(GalleryError) {
    precondition(dimensions > 0, "embeddings of \(dimensions) elements")
    self.file = file
    self.model = model
    self.dimensions = dimensions
    database = try GalleryDatabase.open(file)
  }

  /// Opens a gallery to list, remove and export, which takes no model; it compares nothing.
  ///
  /// - Throws: ``GalleryError``.
  public convenience init(_ file: URL) throws(GalleryError) { try self.init(file, model: "", dimensions: 1) }

  /// Enrols a photograph of a person, who is added if not known yet. One that the person has already gets the new embedding.
  ///
  /// - Parameters:
  ///   - source: what the photograph is called, for people to read.
  ///   - digest: which photograph it is; the same bytes have the same digest.
  ///   - embedding: `[D]`, of any length but 0.
  /// - Throws: ``GalleryError``; then nothing was changed.
  public func enroll(_ person: String, source: String, digest: String, embedding: Tensor) throws(GalleryError) {
    try enroll([Enrollment(person: person, source: source, digest: digest, embedding: embedding)])
  }

  /// Enrols many photographs at once: all of them, or none.
  ///
  /// - Throws: ``GalleryError``; then nothing was changed.
  public func enroll(_ photographs: [Enrollment]) throws(GalleryError) {
    var rows: [(name: String, photograph: Enrollment, vector: [Float])] = []
    for photograph in photographs {
      let name = photograph.person.trimmingCharacters(in: .whitespaces)
      guard !name.isEmpty, !name.contains(where: \.isNewline) else { throw .name(photograph.person) }
      rows.append((name, photograph, try unit(photograph.embedding)))
    }
    try GalleryError.naming(file) { [model] in
      try database.write { database in
        for (name, photograph, vector) in rows {
          try Self.insert(name, photograph, vector, model: model, into: database)
        }
      }
    }
    index = nil
  }

  private static func insert(
    _ name: String, _ photograph: Enrollment, _ vector: [Float], model: String, into database: Database
  ) throws {
    try database.cachedStatement(sql: "INSERT INTO person (name) VALUES (?) ON CONFLICT DO NOTHING")
      .execute(arguments: [name])
    try database.cachedStatement(
      sql: """
        INSERT INTO photograph (personId, source, digest, enrolled) SELECT id, ?, ?, ? FROM person WHERE name = ?
        ON CONFLICT (personId, digest) DO UPDATE SET source = excluded.source
        """
    ).execute(arguments: [photograph.source, photograph.digest, Date(), name])
    try database.cachedStatement(
      sql: """
        INSERT INTO embedding (photographId, model, vector)
        SELECT photograph.id, ?, ? FROM photograph JOIN person ON person.id = personId WHERE name = ? AND digest = ?
        ON CONFLICT (photographId, model) DO UPDATE SET vector = excluded.vector
        """
    ).execute(arguments: [model, vector.withUnsafeBytes { Data($0) }, name, photograph.digest])
  }

  /// The people who are most similar to a query, best first: each by the most similar of their photographs.
  ///
  /// The answer is that of comparing every embedding.
  ///
  /// - Parameters:
  ///   - query: `[D]`.
  ///   - threshold: the largest cosine distance of a match; nil gives the nearest, however far.
  /// - Throws: ``GalleryError``, also where all were enrolled with another model.
  public func identify(_ query: Tensor, top: Int = 5, threshold: Double? = nil) throws(GalleryError) -> [FaceMatch] {
    let index = try currentIndex()
    if index.isEmpty {
      let others = try GalleryError.naming(file) {
        try database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM embedding") ?? 0 }
      }
      if others > 0 { throw .otherModel(file.path) }
    }
    return index.matches(try unit(query), top: top, atLeast: threshold.map { 1 - $0 })
  }

  /// The smallest cosine distance of a query to a person's photographs.
  ///
  /// - Throws: ``GalleryError/nobody(_:nearest:)``.
  public func distance(of query: Tensor, to person: String) throws(GalleryError) -> Double {
    try require(person)
    let index = try currentIndex()
    guard let similarity = index.similarity(of: try unit(query), to: person) else { throw .otherModel(file.path) }
    return 1 - similarity
  }

  /// Removes a person with all photographs and embeddings, of whatever model; the bytes are overwritten on the disk.
  ///
  /// - Returns: how many photographs went with the person.
  /// - Throws: ``GalleryError/nobody(_:nearest:)``.
  @discardableResult
  public func remove(_ person: String) throws(GalleryError) -> Int {
    try require(person)
    let count = try GalleryError.naming(file) {
      let count = try database.write { database in
        let count = try Int.fetchOne(
          database, sql: "SELECT COUNT(*) FROM photograph JOIN person ON person.id = personId WHERE name = ?",
          arguments: [person])
        try database.execute(sql: "DELETE FROM person WHERE name = ?", arguments: [person])
        return count ?? 0
      }
      // The log still has the old pages. Another process that reads just now keeps it a little longer.
      try? database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
      return count
    }
    index = nil
    return count
  }

  /// Everybody, by name.
  public func people() throws(GalleryError) -> [GalleryPerson] {
    try GalleryError.naming(file) {
      try database.read { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT name, COUNT(photograph.id) AS photographs FROM person LEFT JOIN photograph ON personId = person.id
            GROUP BY person.id ORDER BY name
            """
        ).map { GalleryPerson(name: $0["name"], photographs: $0["photographs"]) }
      }
    }
  }

  /// The number of embeddings of ``model``.
  public func count() throws(GalleryError) -> Int { try currentIndex().count }

  private func require(_ person: String) throws(GalleryError) {
    let names = try people().map(\.name)
    guard names.contains(person) else { throw .nobody(person, nearest: nearestName(to: person, in: names)) }
  }

  /// The embeddings in memory, read again when this or another process has changed the file.
  func currentIndex() throws(GalleryError) -> GalleryIndex {
    let loaded = try GalleryError.naming(file) { [index, model, dimensions, file] in
      try database.read { database in
        // Counts the commits of other connections; our own clear the index.
        let version = try Int.fetchOne(database, sql: "PRAGMA data_version") ?? 0
        if let index, index.version == version { return index }
        return try GalleryIndex(database, model: model, dimensions: dimensions, version: version, file: file)
      }
    }
    index = loaded
    return loaded
  }

  /// An embedding as it is stored and compared: `float32`, of length 1.
  private func unit(_ embedding: Tensor) throws(GalleryError) -> [Float] {
    guard embedding.rank == 1, embedding.count == dimensions else {
      throw .embedding("of shape \(embedding.shape), in a gallery of \(dimensions) elements each")
    }
    let values = embedding.detach().to(.float32).to(.cpu)
    guard Bool(values.isFinite().all()), Double(values.norm()) > 0 else {
      throw .embedding("that is zero, or has numbers that are not finite")
    }
    return values.normalize(dim: 0).array(Float.self)
  }
}

/// A photograph of a person, to be enrolled.
public struct Enrollment: Sendable {
  public let person: String
  /// What the photograph is called, for people to read.
  public let source: String
  /// Which photograph it is; the same bytes have the same digest.
  public let digest: String
  /// `[D]`, of any length but 0.
  public let embedding: Tensor

  public init(person: String, source: String, digest: String, embedding: Tensor) {
    self.person = person
    self.source = source
    self.digest = digest
    self.embedding = embedding
  }
}

/// Somebody who is similar to a query.
public struct FaceMatch: Sendable, Equatable, Codable {
  /// The person's name.
  public let person: String
  /// The cosine of the embeddings, -1...1; 1 minus it is the distance.
  public let similarity: Double
  /// The photograph that is the most similar.
  public let photograph: String
}

/// Somebody in a gallery.
public struct GalleryPerson: Sendable, Equatable, Codable {
  public let name: String
  /// The number of photographs.
  public let photographs: Int
}
