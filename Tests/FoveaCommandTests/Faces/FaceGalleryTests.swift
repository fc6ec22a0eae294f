import Foundation
import Testing

@testable import Fovea

@Suite struct FaceGalleryTests {
  let folder: URL
  var file: URL { folder.appendingPathComponent("team.gallery") }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-gallery-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func gallery(_ model: String = "a", dimensions: Int = 4) throws -> FaceGallery {
    try FaceGallery(file, model: model, dimensions: dimensions)
  }

  func vector(_ values: Float...) -> Tensor { Tensor(values) }

  /// Ada twice, Bo once, Cy once.
  func enrolTeam(_ gallery: FaceGallery) throws {
    try gallery.enroll("Ada", source: "a1", digest: "1", embedding: vector(2, 0, 0, 0))
    try gallery.enroll("Ada", source: "a2", digest: "2", embedding: vector(0, 1, 0, 0))
    try gallery.enroll("Bo", source: "b1", digest: "3", embedding: vector(0, 0, 1, 0))
    try gallery.enroll("Cy", source: "c1", digest: "4", embedding: vector(0, 0, 0, 1))
  }

  @Test func theMostSimilarPeopleComeFirstEachOnce() throws {
    let gallery = try gallery()
    try enrolTeam(gallery)
    let matches = try gallery.identify(vector(0.1, 0.9, 0.3, 0), top: 2)
    #expect(matches.map(\.person) == ["Ada", "Bo"])
    #expect(matches[0].photograph == "a2")
    #expect(abs(matches[0].similarity - 0.9 / 0.91.squareRoot()) < 1e-6)
    #expect(try gallery.identify(vector(0.1, 0.9, 0.3, 0), top: 5, threshold: 0.1).map(\.person) == ["Ada"])
    #expect(try gallery.identify(vector(-1, -1, -1, -1), threshold: 0.5).isEmpty)
    #expect(abs(try gallery.distance(of: vector(0, 0, 3, 0), to: "Bo")) < 1e-6)
    #expect(abs(try gallery.distance(of: vector(0, 0, 3, 0), to: "Ada") - 1) < 1e-6)
  }

  @Test func aPersonOfManyPhotographsDoesNotCrowdOthersOut() throws {
    let gallery = try gallery(dimensions: 2)
    for number in 0..<120 {
      try gallery.enroll("Ada", source: "\(number)", digest: "\(number)", embedding: vector(1, Float(number) / 1000))
    }
    try gallery.enroll("Bo", source: "b", digest: "b", embedding: vector(0, 1))
    #expect(try gallery.identify(vector(1, 0), top: 2).map(\.person) == ["Ada", "Bo"])
  }

  @Test func theSamePhotographIsKeptOnce() throws {
    let gallery = try gallery()
    try gallery.enroll("Ada", source: "old name", digest: "1", embedding: vector(1, 0, 0, 0))
    try gallery.enroll("Ada", source: "new name", digest: "1", embedding: vector(0, 1, 0, 0))
    #expect(try gallery.people() == [GalleryPerson(name: "Ada", photographs: 1)])
    #expect(try gallery.identify(vector(0, 1, 0, 0))[0].photograph == "new name")
  }

  @Test func embeddingsOfAnotherModelAreNeverCompared() throws {
    try enrolTeam(gallery("a"))
    let other = try gallery("b", dimensions: 2)
    #expect(throws: GalleryError.otherModel(file.path)) { try other.identify(vector(1, 0)) }
    #expect(throws: GalleryError.otherModel(file.path)) { try other.distance(of: vector(1, 0), to: "Ada") }
    try other.enroll("Ada", source: "a1", digest: "1", embedding: vector(1, 0))
    #expect(try other.identify(vector(1, 0)).map(\.person) == ["Ada"])
    #expect(try gallery("a").count() == 4)
    #expect(try gallery("a").people().first == GalleryPerson(name: "Ada", photographs: 2))
  }

  @Test func removingAPersonLeavesNothing() throws {
    let gallery = try gallery()
    try enrolTeam(gallery)
    #expect(try gallery.remove("Ada") == 2)
    #expect(try gallery.people().map(\.name) == ["Bo", "Cy"])
    #expect(try gallery.identify(vector(1, 0, 0, 0), top: 5).allSatisfy { $0.person != "Ada" })
    #expect(try gallery.export().people.map(\.name) == ["Bo", "Cy"])
    // Neither in the file nor in its log.
    for path in [file.path, file.path + "-wal"] {
      let bytes = (try? Data(contentsOf: URL(fileURLWithPath: path))) ?? Data()
      #expect(bytes.range(of: Data("Ada".utf8)) == nil)
    }
    #expect(throws: GalleryError.nobody("Adda", nearest: nil)) { try gallery.remove("Adda") }
  }

  @Test func anExportHasEverything() throws {
    let gallery = try gallery()
    try enrolTeam(gallery)
    let export = try gallery.export()
    #expect(export.people.map(\.name) == ["Ada", "Bo", "Cy"])
    #expect(export.people[0].photographs.map(\.source) == ["a1", "a2"])
    #expect(export.people[0].photographs[0].embeddings == ["a": [1, 0, 0, 0]])
    #expect(try gallery.export("Bo").people.map(\.name) == ["Bo"])
    let json = folder.appendingPathComponent("export.json")
    try export.write(to: json)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    let read = try decoder.decode(GalleryExport.self, from: Data(contentsOf: json))
    #expect(read.people.map(\.name) == export.people.map(\.name))
  }

  @Test func whatOneOpenGalleryEnrolsAnotherSees() throws {
    let (first, second) = (try gallery(), try gallery())
    try enrolTeam(first)
    #expect(try second.identify(vector(0, 0, 1, 0), top: 1).map(\.person) == ["Bo"])
    try first.remove("Bo")
    #expect(try second.identify(vector(0, 0, 1, 0), top: 3, threshold: 0.5).isEmpty)
  }

  @Test func manyWritersLoseNothing() throws {
    _ = try gallery()
    let file = file
    let failures = Failures()
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      do {
        let gallery = try FaceGallery(file, model: "a", dimensions: 4)
        for number in 0..<15 {
          try gallery.enroll(
            "person \(number % 5)", source: "\(writer)", digest: "\(writer)-\(number)",
            embedding: Tensor([1, Float(writer), Float(number), 0] as [Float]))
        }
      } catch { failures.add("\(error)") }
    }
    #expect(failures.all.isEmpty)
    #expect(try gallery().count() == 60)
    #expect(try gallery().people().map(\.photographs) == [12, 12, 12, 12, 12])
  }

  @Test func manyMayMakeTheFileAtOnce() throws {
    let failures = Failures()
    for round in 0..<10 {
      let file = folder.appendingPathComponent("new-\(round)")
      DispatchQueue.concurrentPerform(iterations: 8) { writer in
        do {
          let gallery = try FaceGallery(file, model: "a", dimensions: 4)
          try gallery.enroll("Ada", source: "", digest: "\(writer)", embedding: Tensor([1, 0, 0, 0] as [Float]))
        } catch { failures.add("\(error)") }
      }
      #expect(try FaceGallery(file, model: "a", dimensions: 4).count() == 8)
    }
    #expect(failures.all.isEmpty)
  }

  @Test func commitsAreOnTheDiskBeforeTheyAreAcknowledged() throws {
    let database = try gallery().database
    let full = 2
    #expect(try database.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == full)
    #expect(try database.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA secure_delete") } == 1)
  }

  @Test func anEmbeddingOfAnotherLengthIsDamage() throws {
    let gallery = try gallery()
    try enrolTeam(gallery)
    let wrong = [Float](repeating: .nan, count: 4).withUnsafeBytes { Data($0) }
    try gallery.database.write {
      try $0.execute(sql: "UPDATE embedding SET vector = ? WHERE id = 2", arguments: [wrong])
    }
    let error = #expect(throws: GalleryError.self) { try self.gallery().identify(vector(1, 0, 0, 0)) }
    #expect(error?.description.contains("damaged") == true)
  }

  @Test func wrongEmbeddingsAndNamesChangeNothing() throws {
    let gallery = try gallery()
    for wrong in [vector(1, 2), vector(0, 0, 0, 0), vector(.nan, 0, 0, 1), vector(.infinity, 0, 0, 1)] {
      #expect(throws: GalleryError.self) {
        try gallery.enroll("Ada", source: "a", digest: "1", embedding: wrong)
      }
    }
    for name in ["", "  ", "A\nB"] {
      #expect(throws: GalleryError.name(name)) {
        try gallery.enroll(name, source: "a", digest: "1", embedding: vector(1, 0, 0, 0))
      }
    }
    #expect(try gallery.people().isEmpty && gallery.identify(vector(1, 0, 0, 0)).isEmpty)
  }

  @Test func aFileOfSomethingElseIsAnErrorThatNamesIt() throws {
    try Data("this is no database, but long enough to look like one, perhaps".utf8).write(to: file)
    let error = #expect(throws: GalleryError.self) { try gallery() }
    #expect("\(error.map { "\($0)" } ?? "")".contains(file.path))
    let nowhere = folder.appendingPathComponent("no/such/folder/x.gallery")
    #expect(throws: GalleryError.self) { try FaceGallery(nowhere, model: "a", dimensions: 4) }
  }

  @Test func mangledFilesNeverCrash() throws {
    do { try enrolTeam(gallery()) }
    _ = try gallery().remove("Cy")  // also empties the log into the file
    let whole = try Data(contentsOf: file)
    var random = RandomSource(seed: 4)
    for round in 0..<60 {
      var bytes = whole
      for _ in 0..<8 { bytes[random.integer(in: 0..<bytes.count)] = UInt8(random.integer(in: 0..<256)) }
      let copy = folder.appendingPathComponent("mangled-\(round)")
      try (random.chance(0.3) ? bytes.prefix(random.integer(in: 0..<bytes.count)) : bytes).write(to: copy)
      do {
        let gallery = try FaceGallery(copy, model: "a", dimensions: 4)
        _ = try gallery.identify(vector(1, 0, 0, 0))
        _ = try gallery.export()
        _ = try gallery.people()
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  @Test func aThresholdIsCalibratedOnTheGallery() throws {
    let gallery = try gallery(dimensions: 16)
    #expect(try gallery.calibration(falseAcceptRate: 0.1) == nil)
    let noise = Tensor.randn([6, 4, 16], generator: Generator(seed: 3)) * 0.1
    for person in 0..<6 {
      for number in 0..<4 {
        let embedding = Tensor.eye(16)[person] + noise[person, number]
        try gallery.enroll("p\(person)", source: "s", digest: "\(number)", embedding: embedding)
      }
    }
    let found = try #require(try gallery.calibration(falseAcceptRate: 0))
    #expect(found.falseAcceptRate == 0 && found.trueAcceptRate == 1 && found.pairs == 240)
    #expect(found.threshold > 0 && found.threshold < 0.6)
    let loose = try #require(try gallery.calibration(falseAcceptRate: 1))
    #expect(loose.falseAcceptRate == 1)
  }
}

/// Messages from several threads.
private final class Failures: @unchecked Sendable {
  private let lock = NSLock()
  private var messages: [String] = []

  func add(_ message: String) { lock.withLock { messages.append(message) } }
  var all: [String] { lock.withLock { messages } }
}
