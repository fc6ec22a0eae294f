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

    let drawn = folder.appendingPathComponent("drawn.png")
    let rate = try fovea(
      "faces", "identify", "--model", run, "--gallery", gallery, "--chips", photograph, "--false-accept-rate", "0.05",
      "--draw", drawn.path)
    #expect(rate.status == 0 && rate.messages.contains("of the gallery's 700 pairs of two people"), "\(rate.messages)")
    #expect(try Image(contentsOf: drawn) != Image(contentsOf: URL(fileURLWithPath: photograph)))
    func verify(_ rate: String) throws -> FaceVerification {
      let answer = try fovea(
        "faces", "verify", "--model", run, "--chips", photograph, "--person", "person2", "--gallery", gallery, "--json",
        "--false-accept-rate", rate)
      return try JSONDecoder().decode(FaceVerification.self, from: Data(answer.output.utf8))
    }
    let (strict, loose) = (try verify("0"), try verify("1"))
    #expect(strict.threshold < loose.threshold && strict.distance == loose.distance && loose.same)
    let nowhere = try fovea(
      "faces", "verify", "--model", run, "--chips", photograph, photograph, "--false-accept-rate", "0.1")
    #expect(nowhere.status != 0 && nowhere.messages.contains("--gallery"))
    #expect(
      try fovea("faces", "identify", "--model", run, "--gallery", gallery, photograph, "--false-accept-rate", "2")
        .status
        != 0)

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

  /// A folder of a detector that takes everything for a face.
  func makeDetector() throws -> String {
    seedAll(3)
    let detector = MTCNN()
    for (name, tensor) in detector.stateDict() {
      if name.hasSuffix("4_1.bias") || name.hasSuffix("5_1.bias") || name.hasSuffix("6_1.bias") {
        tensor.copy_(Tensor([-9, 9] as [Float]))
      }
    }
    let place = folder.appendingPathComponent("detector")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for (name, network) in zip(MTCNN.weightNames, [detector.pnet, detector.rnet, detector.onet] as [Module]) {
      try network.stateDict().write(to: place.appendingPathComponent("\(name).safetensors"))
    }
    return place.path
  }

  @Test("every photograph has a chip of its own, and LFW's lists come along") func align() throws {
    let detector = try makeDetector()
    for person in ["Ada_L", "Bo_K"] {
      let place = folder.appendingPathComponent("set/\(person)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for number in 1...2 {
        try Image(width: 40, height: 40, color: .white).write(
          to: place.appendingPathComponent("\(person)_000\(number).png"))
      }
    }
    let photographs = ["set/Ada_L/Ada_L_0001.png", "copy/Ada_L_0001.png"]
    try FileManager.default.copyItem(
      at: folder.appendingPathComponent("set/Ada_L"), to: folder.appendingPathComponent("copy"))
    let aligned = try fovea(["faces", "align"] + photographs + ["--output", "aligned", "--detector", detector])
    #expect(aligned.status == 0, "\(aligned.messages)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("aligned").path)
      .sorted()
    #expect(names == ["Ada_L_0001-2.png", "Ada_L_0001.png"])

    let pairs = "1\t1\nAda_L\t1\t2\nAda_L\t1\tBo_K\t2\n"
    try pairs.write(to: folder.appendingPathComponent("set/pairs.txt"), atomically: true, encoding: .utf8)
    let chips = try fovea("faces", "align", "--data", "lfw:set", "--output", "chips", "--detector", detector)
    #expect(chips.status == 0, "\(chips.messages)")
    #expect(try LFW(folder.appendingPathComponent("chips")).pairs(.view2).pairs.count == 2)
  }
}
