import Foundation
import Fovea
import Testing

/// Processes of their own that use one gallery, and may be killed.
@Suite struct GalleryProcessTests {
  /// A new folder's path.
  static func makeFolder() throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-gallery-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder.path
  }

  static func open(in folder: String) throws -> FaceGallery {
    try FaceGallery(URL(filePath: folder).appending(path: "team.gallery"), model: "a", dimensions: 4)
  }

  static func photograph(of person: String, _ digest: String) -> Enrollment {
    Enrollment(person: person, source: digest, digest: digest, embedding: Tensor([1, 2, 3, 4] as [Float]))
  }

  @Test(.timeLimit(.minutes(3))) func thoseWhoEnrolAndRemoveAtOnceLoseNothing() async throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    await withTaskGroup(of: Void.self) { tasks in
      for writer in 0..<3 {
        tasks.addTask {
          await #expect(processExitsWith: .success) { [folder = folder as String, writer = writer as Int] in
            do { try GalleryProcessTests.enrolAndRemove(writer, in: folder) } catch {
              try "\(error)".write(toFile: folder + "/problem \(writer)", atomically: true, encoding: .utf8)
            }
          }
        }
      }
    }
    for writer in 0..<3 {
      let problem = try? String(contentsOfFile: folder + "/problem \(writer)", encoding: .utf8)
      #expect(problem == nil)
    }
    let people = try Self.open(in: folder).export().people
    #expect(people.map(\.name) == (0..<4).map { "person \($0)" })
    for (place, person) in people.enumerated() {
      let expected = (0..<3).flatMap { writer in (0..<3).map { "\(writer)-\(place + 4 * $0)" } }
      #expect(Set(person.photographs.map(\.digest)) == Set(expected) && person.photographs.count == 9)
      #expect(person.photographs.allSatisfy { $0.embeddings["a"]?.count == 4 })
    }
  }

  private static func enrolAndRemove(_ writer: Int, in folder: String) throws {
    let gallery = try open(in: folder)  // one of them makes the tables
    for number in 0..<12 {
      try gallery.enroll([
        photograph(of: "person \(number % 4)", "\(writer)-\(number)"),
        photograph(of: "guest \(writer)", "guest \(number)"),
      ])
      #expect(try gallery.distance(of: Tensor([1, 2, 3, 4] as [Float]), to: "guest \(writer)") < 1e-6)
      #expect(try gallery.remove("guest \(writer)") == 1)
    }
  }

  /// Killed again and again at moments that nobody chose: what was acknowledged is there, and no half enrolment.
  @Test(.timeLimit(.minutes(3))) func whoIsKilledLosesNothingAcknowledged() async throws {
    let folder = try Self.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = folder + "/acknowledged"
    try Data().write(to: URL(filePath: log))
    var random = RandomSource(seed: 7)
    let rounds = 8
    for round in 0..<rounds {
      let batch = random.integer(in: 1..<6)
      let delay = UInt32(random.integer(in: 0..<6_000))
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, round = round as Int, batch = batch as Int, delay = delay as UInt32] in
        try GalleryProcessTests.enrolUntilKilled(in: folder, round: round, after: batch, delay: delay)
      }
    }
    let acknowledged = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(acknowledged.count >= rounds)
    let gallery = try Self.open(in: folder)
    let digests = try gallery.export().people.flatMap(\.photographs).map(\.digest)
    let stored = Dictionary(grouping: digests) { String($0.prefix { $0 != "/" }) }
    for batch in acknowledged { #expect(stored[batch] != nil, "\(batch) was acknowledged and is lost") }
    #expect(stored.values.allSatisfy { $0.count == 3 }, "half an enrolment is there")
    #expect(stored.count <= acknowledged.count + rounds)
    try gallery.enroll([Self.photograph(of: "Dee", "last")])
    #expect(try gallery.count() == digests.count + 1)
  }

  /// Enrols photographs by threes, noting each enrolment that was acknowledged, and is killed some microseconds into one.
  private static func enrolUntilKilled(in folder: String, round: Int, after batch: Int, delay: UInt32) throws {
    let gallery = try open(in: folder)
    let log = try FileHandle(forWritingTo: URL(filePath: folder + "/acknowledged"))
    try log.seekToEnd()
    for number in 0... {
      if number == batch {
        Thread.detachNewThread {
          usleep(delay)
          kill(getpid(), SIGKILL)
        }
      }
      try gallery.enroll(["Ada", "Bo", "Cy"].map { photograph(of: $0, "\(round)-\(number)/\($0)") })
      try log.write(contentsOf: Data("\(round)-\(number)\n".utf8))
    }
  }
}
