import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark generate`
  struct Generating: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "generate",
      abstract:
        "Time how fast ViT-B and GPT-2, with made-up weights, write about an image: greedy, no end before the last token."
    )

    @Option(help: "Tokens a sentence.")
    var tokens = 64

    @Option(help: "Images at a time.")
    var batch = 1

    @Flag(inversion: .prefixedNo, help: "Keep the keys and values of earlier tokens.")
    var cache = true

    @OptionGroup var repetition: Repetition

    func validate() throws {
      guard tokens > 0, batch > 0 else { throw ValidationError("--tokens and --batch must be positive") }
    }

    func run() throws {
      repetition.begin()
      let model = VisionEncoderDecoder(
        encoder: .base, decoder: .gpt2, specialTokens: .init(start: 50256, end: 50256, padding: 50256))
      let images = Tensor.randn([batch, 3, 224, 224], generator: Generator(seed: 1))
      var options = GenerationOptions.greedy
      (options.maxNewTokens, options.minNewTokens, options.usesCache) = (tokens, tokens, cache)
      let optimized = model.optimized()
      let seconds = try repetition.medianSeconds {
        _ = try optimized.run { try model.generate(images, options: options) }
      }
      try repetition.report("tokens_per_second", Double(tokens * batch) / seconds)
    }
  }

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
      let seconds = try repetition.medianSeconds {
        number = (number + 3001) % photographs
        _ = try gallery.identify(embeddings[number], top: 5)
      }
      try repetition.report("queries_per_second", 1 / seconds)
    }
  }
}

/// How often something is measured, and how its result is shown.
struct Repetition: ParsableArguments {
  @Option(help: "Threads of the processor; as many as libtorch takes unless given.")
  var threads: Int?

  @Option(help: "For how many seconds to repeat it, three times at least.")
  var seconds = 5.0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard threads ?? 1 > 0, seconds > 0 else { throw ValidationError("--threads and --seconds must be positive") }
  }

  func begin() {
    if let threads { Machine.threadCount = threads }
    seedAll(0)
  }

  /// The median of what `step` takes, after three times that are not counted.
  func medianSeconds(_ step: () throws -> Void) throws -> Double {
    let clock = ContinuousClock()
    func timed() throws -> Double { try clock.measure(step) / .seconds(1) }
    for _ in 0..<3 { _ = try timed() }
    var times: [Double] = []
    let end = clock.now + .seconds(seconds)
    while times.count < 3 || clock.now < end { times.append(try timed()) }
    return times.sorted()[times.count / 2]
  }

  func report(_ name: String, _ rate: Double) throws {
    if json { return try Output.json([name: rate, "peak_memory": Double(Workload.peakMemory)]) }
    Output.print(String(format: "%.1f \(name.replacingOccurrences(of: "_", with: " "))", rate))
  }
}
