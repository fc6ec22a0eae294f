import Foundation
import GRDB

/// The tables of a gallery's file, and how it is opened.
enum GalleryDatabase {
  /// Opens a gallery, and makes its file and tables if they are not there.
  ///
  /// Several processes may have it open: SQLite's write-ahead log lets them read while one writes, and writers wait for
  /// each other. What was committed is on the disk when the call returns.
  ///
  /// - Throws: ``GalleryError`` for a file that is something else, or of a newer version.
  static func open(_ file: URL) throws(GalleryError) -> DatabaseQueue {
    var configuration = Configuration()
    configuration.busyMode = .timeout(30)
    configuration.journalMode = .wal
    configuration.prepareDatabase { database in
      // What is removed is overwritten, not only forgotten: these are people's faces.
      try database.execute(sql: "PRAGMA secure_delete = ON")
    }
    return try GalleryError.naming(file) {
      // Of several that make the file at once, SQLite sends some away without waiting, and some see tables half made.
      let deadline = Date(timeIntervalSinceNow: 3)
      while true {
        do {
          return try prepared(DatabaseQueue(path: file.path, configuration: configuration), file)
        } catch let error as DatabaseError
          where [.SQLITE_BUSY, .SQLITE_ERROR].contains(error.resultCode) && Date() < deadline
        {
          Thread.sleep(forTimeInterval: 0.01)
        }
      }
    }
  }

  private static func prepared(_ queue: DatabaseQueue, _ file: URL) throws -> DatabaseQueue {
    // Opening a write-ahead log has set it to NORMAL, which may lose the last commits when the power fails.
    try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    guard try !queue.read(migrator.hasBeenSuperseded) else {
      throw GalleryError.file(file.path, problem: "was made by a newer version of Fovea; use that one")
    }
    try migrator.migrate(queue)
    return queue
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("people, photographs, embeddings") { database in
      try database.create(table: "person") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("name", .text).notNull().unique()
      }
      try database.create(table: "photograph") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("personId", .integer).notNull().indexed().references("person", onDelete: .cascade)
        table.column("source", .text).notNull()
        table.column("digest", .text).notNull()
        table.column("enrolled", .datetime).notNull()
        table.uniqueKey(["personId", "digest"])
      }
      try database.create(table: "embedding") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("photographId", .integer).notNull().references("photograph", onDelete: .cascade)
        table.column("model", .text).notNull()
        table.column("vector", .blob).notNull()
        table.uniqueKey(["photographId", "model"])
      }
    }
    return migrator
  }
}

/// Why a gallery cannot be used as asked.
public enum GalleryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file cannot be opened, read or written.
  case file(String, problem: String)
  /// There is no such person.
  case nobody(String, nearest: String?)
  /// The gallery's embeddings are of other weights, so they cannot be compared.
  case otherModel(String)
  /// An embedding of another size, or with a number that is not finite.
  case embedding(String)
  /// A name that cannot be one.
  case name(String)

  public var description: String {
    switch self {
    case .file(let path, let problem): "\(path): \(problem)"
    case .nobody(let name, let nearest):
      "there is nobody called '\(name)' in the gallery" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .otherModel(let path):
      "\(path): everybody in it was enrolled with another model; enrol them again with this one"
    case .embedding(let problem): "an embedding \(problem)"
    case .name(let name): "'\(name)' is no name for a person: it is empty, or has a line break in it"
    }
  }

  /// Does something with a file, and says which one it was where SQLite fails.
  static func naming<Result>(_ file: URL, _ body: () throws -> Result) throws(GalleryError) -> Result {
    do {
      return try body()
    } catch let error as GalleryError {
      throw error
    } catch let error as DatabaseError {
      let problem =
        switch error.resultCode {
        case .SQLITE_NOTADB: "is no gallery, or damaged"
        case .SQLITE_CORRUPT: "is damaged; take it from a backup"
        case .SQLITE_CANTOPEN: "cannot be opened: is the folder there?"
        case .SQLITE_BUSY: "another program has kept it busy for too long"
        case .SQLITE_FULL: "the disk is full"
        case .SQLITE_READONLY: "cannot be written to"
        default: error.message ?? "\(error)"
        }
      throw .file(file.path, problem: problem)
    } catch { throw .file(file.path, problem: "\(error)") }
  }
}
