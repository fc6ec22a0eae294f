import ArgumentParser
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
      let (seconds, _) = try repetition.median {
        _ = try optimized.run { try model.generate(images, options: options) }
      }
      try repetition.report("tokens_per_second", Double(tokens * batch) / seconds)
    }
  }
}
