import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark gallery`
  struct Gallery: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "gallery",
      abstract: "Time how fast a gallery of made-up faces says who somebody is: exact search, five best.")

    @Option(help: "Photographs in the gallery, ten of each person.")
    var photographs = 100_000

    @Option(help: "Numbers of an embedding.")
    var dimensions = 512

    @OptionGroup var repetition: Repetition

    func validate() throws {
      guard photographs > 0, dimensions > 0 else {
        throw ValidationError("--photographs and --dimensions must be positive")
      }
    }

    func run() throws {
      repetition.begin()
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let gallery = try FaceGallery(folder.appendingPathComponent("gallery"), model: "made up", dimensions: dimensions)
      let embeddings = Tensor.randn([photographs, dimensions], generator: Generator(seed: 1))
      for start in stride(from: 0, to: photographs, by: 10_000) {
        try gallery.enroll(
          (start..<min(start + 10_000, photographs)).map {
            Enrollment(person: "person \($0 / 10)", source: "\($0)", digest: "\($0)", embedding: embeddings[$0])
          })
      }
      var number = 0
      let (seconds, _) = try repetition.median {
        number = (number + 3001) % photographs
        _ = try gallery.identify(embeddings[number], top: 5)
      }
      try repetition.report("queries_per_second", 1 / seconds)
    }
  }
}
