import Testing
import Torch

@testable import FoveaModels

/// Generation and the two networks that are trained from scratch. Equality with `transformers` is tested with the networks
/// that it has, in `PublishedCaptionersTests`.
@Suite struct GenerationTests {
  static let special = CaptionModel.SpecialTokens(start: 0, end: 1, padding: 2)

  static func model(_ name: String) -> CaptionModel {
    seedAll(5)
    let model: CaptionModel =
      switch name {
      case "attend": AttendAndTell(vocabulary: 12, specialTokens: special, width: 16, imageSize: 32)
      case "patches":
        CaptionTransformer(vocabulary: 12, specialTokens: special, encoder: .patches, width: 16, imageSize: 32)
      default: CaptionTransformer(vocabulary: 12, specialTokens: special, width: 16, imageSize: 32, heads: 2)
      }
    // Larger weights, so that sentences differ and tokens are chosen clearly.
    withNoGrad { for parameter in model.parameters() where parameter.value.rank == 2 { parameter.value.mul_(2) } }
    return model.eval()
  }

  static let images = Tensor.randn([3, 3, 32, 32], generator: Generator(seed: 8))

  @Test(arguments: ["attend", "transformer", "patches"]) func stepsGiveTheLogitsOfTheWhole(_ name: String) {
    let model = Self.model(name)
    let memory = model.encode(Self.images)
    #expect(memory.shape == [3, 16, 16])
    let tokens = Tensor.randint(0..<12, [3, 6], generator: Generator(seed: 1))
    let whole = model.logits(tokens, memory: memory)
    #expect(whole.shape == [3, 6, 12])
    var state = model.start(memory)
    let first = model.next(tokens[dim: 1, 0..<3], &state)
    #expect(first.isClose(to: whole[.all, 2], relative: 1e-4, absolute: 1e-5))
    for place in 3..<6 {
      let logits = model.next(tokens[dim: 1, place..<(place + 1)], &state)
      #expect(logits.isClose(to: whole[.all, place], relative: 1e-4, absolute: 1e-5))
    }
    #expect(state.attention?.sum(dim: 1).isClose(to: Tensor.ones([3]), absolute: 1e-5) == true)
  }

  @Test(arguments: ["attend", "transformer"]) func theCacheChangesNothing(_ name: String) throws {
    let model = Self.model(name)
    for beams in [1, 4] {
      var options = GenerationOptions.beam(beams)
      options.maxNewTokens = 9
      let cached = try model.generate(Self.images, options: options)
      options.usesCache = false
      let plain = try model.generate(Self.images, options: options)
      #expect(cached.map { $0[0].tokens } == plain.map { $0[0].tokens })
      for (a, b) in zip(cached, plain) { #expect(abs(a[0].score - b[0].score) < 1e-4) }
    }
  }

  @Test(arguments: [1, 3]) func aSentenceThatWasCutHasNoEnd(_ beams: Int) throws {
    let model = Self.model("transformer")
    var options = GenerationOptions.beam(beams)
    options.maxNewTokens = 5
    options.minNewTokens = 5
    let cut = try model.generate(Self.images, options: options).map { $0[0] }
    #expect(cut.allSatisfy { !$0.hasEnd && $0.tokens.count == 5 })
    // With the end so likely that it comes at once.
    final class Ending: CaptionModel {
      override func encode(_ images: Tensor) -> Tensor { .zeros([images.shape[0], 1, 1]) }
      override func start(_ memory: Tensor) -> DecoderState { DecoderState(memory: memory) }
      override func next(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
        Tensor([0, 9, 0, 0, 0, 0, 0, 0] as [Float]).expand(tokens.shape[0], 8)
      }
    }
    options.minNewTokens = 0
    let ended = try Ending(specialTokens: Self.special).generate(Self.images, options: options).map { $0[0] }
    #expect(ended.allSatisfy { $0.hasEnd && $0.tokens.isEmpty })
  }

  @Test func aBatchGivesWhatEachImageGives() throws {
    let model = Self.model("transformer")
    var options = GenerationOptions.beam(3, returnCount: 3)
    options.maxNewTokens = 8
    let together = try model.generate(Self.images, options: options)
    for index in 0..<3 {
      let alone = try model.generate(Self.images[dim: 0, index..<(index + 1)], options: options)[0]
      #expect(alone.map(\.tokens) == together[index].map(\.tokens))
    }
    #expect(together.allSatisfy { $0.count == 3 && $0[0].score >= $0[1].score && Set($0.map(\.tokens)).count == 3 })
  }

  @Test func aBeamIsAsGoodAsGreedy() throws {
    let model = Self.model("transformer")
    var options = GenerationOptions.greedy
    options.maxNewTokens = 8
    options.lengthPenalty = 0
    let greedy = try model.generate(Self.images, options: options)
    options.beams = 12 * 12
    options.earlyStopping = .never
    let beam = try model.generate(Self.images, options: options)
    for (a, b) in zip(greedy, beam) { #expect(b[0].score >= a[0].score - 1e-5) }
  }

  @Test func drawsDependOnTheSeedAlone() throws {
    let model = Self.model("transformer")
    var options = GenerationOptions.greedy
    options.maxNewTokens = 12
    options.sampling = .init(temperature: 1.5, topK: 8, topP: 0.95, seed: 4)
    let first = try model.generate(Self.images, options: options).map { $0[0].tokens }
    seedAll(99)
    #expect(try model.generate(Self.images, options: options).map { $0[0].tokens } == first)
    options.sampling?.seed = 5
    #expect(try model.generate(Self.images, options: options).map { $0[0].tokens } != first)
    options.sampling = .init(topK: 1)
    let only = try model.generate(Self.images, options: options).map { $0[0].tokens }
    options.sampling = nil
    #expect(try model.generate(Self.images, options: options).map { $0[0].tokens } == only)
  }

  @Test func rulesHold() throws {
    let model = Self.model("transformer")
    for beams in [1, 3] {
      var options = GenerationOptions.beam(beams)
      options.maxNewTokens = 11
      options.minNewTokens = 6
      options.noRepeatNGram = 2
      for caption in try model.generate(Self.images, options: options).map({ $0[0].tokens }) {
        #expect(caption.count >= 6)
        let pairs = zip(caption, caption.dropFirst()).map { [$0, $1] }
        #expect(Set(pairs).count == pairs.count)
      }
    }
  }

  @Test func attentionIsOneRowAToken() throws {
    let model = Self.model("attend")
    var options = GenerationOptions.greedy
    options.maxNewTokens = 5
    for caption in try model.generate(Self.images, options: options).map({ $0[0] }) {
      #expect(caption.attention?.shape == [caption.tokens.count, 16])
    }
    let grid = model.attentionGrid(places: 16)
    #expect(grid.rows == 4 && grid.columns == 4 && grid.skipped == 0)
  }

  @Test func senselessOptionsAreErrors() {
    let changes: [(String, (inout GenerationOptions) -> Void)] = [
      ("beams", { $0.beams = 0 }), ("returnCount", { $0.returnCount = 2 }), ("maxNewTokens", { $0.maxNewTokens = 0 }),
      ("topP", { $0.sampling = .init(topP: 0) }), ("temperature", { $0.sampling = .init(temperature: 0) }),
      ("repetitionPenalty", { $0.repetitionPenalty = 0 }),
    ]
    for (name, change) in changes {
      var options = GenerationOptions.greedy
      change(&options)
      let error = #expect(throws: GenerationError.self) { try options.check() }
      #expect(error?.option == name)
    }
  }
}
