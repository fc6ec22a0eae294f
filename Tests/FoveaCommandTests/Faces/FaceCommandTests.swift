import Foundation
import Fovea
import Testing

extension FoveaCommandTests {
  /// People who differ in their stripes, as photographs of nothing but the face.
  func makePeople() throws -> URL {
    let root = folder.appendingPathComponent("people")
    var noise: UInt8 = 5
    for person in 0..<8 {
      let place = root.appendingPathComponent("person\(person)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for photograph in 0..<5 {
        noise = noise &+ UInt8(photograph * 29 + 1)  // or photographs would be the same, as this noise repeats itself
        let pixels = (0..<(16 * 16 * 3)).map { index -> UInt8 in
          let (x, y) = ((index / 3) % 16, index / 48)
          noise = noise &* 37 &+ 11
          return ((x * (person % 3 + 1) + y * (person / 3 + 1)) / 4 % 2 == 0 ? 150 : 60) + noise % 40
        }
        try Image(width: 16, height: 16, channels: 3, pixels: pixels)
          .write(to: place.appendingPathComponent("\(photograph).png"))
      }
    }
    return root
  }

  @Test("people become a model, a gallery and answers") func faces() throws {
    let people = try makePeople()
    let recipe = folder.appendingPathComponent("faces.yaml")
    try """
    task: faces
    model: ir_tiny
    data: people:\(people.path)
    validation_fraction: 0.25
    faces: { embedding_size: 16, photographs: 3 }
    optimizer: { name: adamw, learning_rate: 2.0e-3 }
    training: { epochs: 3, batch_size: 12, loader_threads: 1, device: cpu, precision: fp32 }
    """.write(to: recipe, atomically: true, encoding: .utf8)
    let run = folder.appendingPathComponent("run").path
    let trained = try fovea("train", "--recipe", recipe.path, "--output", run)
    #expect(trained.status == 0, "\(trained.messages)")
    #expect(trained.messages.contains("Unseen people: AUC"))

    let metrics = try fovea("faces", "evaluate", run, "--json")
    #expect(metrics.status == 0 && metrics.output.contains("\"auc\"") && metrics.output.contains("\"threshold\""))
    #expect(try fovea("evaluate", run, "--json").output.contains("\"rank_1\""))

    let photograph = people.appendingPathComponent("person1/0.png").path
    let same = try fovea("faces", "verify", "--model", run, "--chips", photograph, photograph, "--json")
    let answer = try JSONDecoder().decode(FaceVerification.self, from: Data(same.output.utf8))
    #expect(answer.same && answer.distance < 1e-4)

    let gallery = folder.appendingPathComponent("team.gallery").path
    let enrolled = try fovea(
      "faces", "enroll", "--model", run, "--gallery", gallery, "--chips", "--data", "people:\(people.path)")
    #expect(enrolled.status == 0 && enrolled.output.contains("person7: 5 photographs"), "\(enrolled.messages)")
    let found = try fovea(
      "faces", "identify", "--model", run, "--gallery", gallery, "--chips", photograph, "--json", "--top", "1")
    #expect(
      found.output.contains("\"person\":\"person1\"") && found.output.contains("\"similarity\""), "\(found.output)")

    #expect(
      try fovea("faces", "remove", "--gallery", gallery, "person1", "--json").output.contains("\"photographs\":5"))
    let gone = try fovea("faces", "remove", "--gallery", gallery, "person1")
    #expect(gone.status == 1 && gone.messages.contains("nobody called 'person1'"))
    let export = folder.appendingPathComponent("export.json").path
    #expect(try fovea("faces", "export", "--gallery", gallery, "--output", export).status == 0)
    #expect(!(try String(contentsOfFile: export, encoding: .utf8)).contains("person1"))
    #expect(
      try fovea("faces", "identify", "--model", run, "--gallery", "none.gallery", "--chips", photograph).status == 1)
  }

  @Test("an enrolment that is killed loses nothing that was acknowledged") func killedEnrolment() throws {
    let people = try makePeople()
    let recipe = folder.appendingPathComponent("faces.yaml")
    try """
    task: faces
    model: ir_tiny
    data: people:\(people.path)
    validation_fraction: 0
    faces: { embedding_size: 16, photographs: 3 }
    training: { epochs: 1, max_steps: 1, batch_size: 12, loader_threads: 1, device: cpu, precision: fp32 }
    """.write(to: recipe, atomically: true, encoding: .utf8)
    let run = folder.appendingPathComponent("run")
    let trained = try fovea("train", "--recipe", recipe.path, "--output", run.path)
    #expect(trained.status == 0, "\(trained.messages)")

    let gallery = folder.appendingPathComponent("team.gallery")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("fovea")
    process.arguments = [
      "faces", "enroll", "--model", run.path, "--gallery", gallery.path, "--chips", "--data", "people:\(people.path)",
      "--json",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    var acknowledged = Data()
    while acknowledged.count(where: { $0 == UInt8(ascii: "\n") }) < 7 {
      let more = pipe.fileHandleForReading.availableData
      if more.isEmpty { break }
      acknowledged += more
    }
    kill(process.processIdentifier, SIGKILL)
    acknowledged += pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = acknowledged.count(where: { $0 == UInt8(ascii: "\n") })
    #expect(lines >= 7)
    let known = try FaceGallery(gallery).people().reduce(0) { $0 + $1.photographs }
    #expect(known >= lines && known <= lines + 1)
  }
}
