import Foundation
import FoveaData
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

/// Captioning runs from the recipe to the report, small enough to take seconds.
@Suite struct CaptionRunTests {
  private func recipe(_ model: String, _ settings: [String] = []) throws -> Recipe {
    try Recipe(
      yaml: """
        task: captioning
        model: \(model)
        data: scenes:24
        captioning: { width: 16, layers: 1, heads: 2, vocabulary_size: 330, longest: 20, beams: 2 }
        augmentation: { flip: false }
        optimizer: { name: adamw, learning_rate: 3.0e-3 }
        training: { epochs: 2, batch_size: 8, monitor: cider_d, loader_threads: 1 }
        """, settings: settings)
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("run-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test(arguments: ["attend_and_tell", "caption_transformer"]) func fromRecipeToReport(_ model: String) throws {
    try withFolder { folder in
      let recipe = try recipe(model, ["captioning.scheduled_sampling=0.5", "training.label_smoothing=0.1"])
      let run = try #require(try recipe.makeRun(folder: folder) as? CaptionRun)
      let result = try run.train()
      let outcome = try run.finish(result)
      #expect(outcome.metrics["cider_d"] != nil && outcome.metrics["exact_match"] != nil)
      let report = try String(contentsOf: try #require(outcome.report), encoding: .utf8)
      #expect(report.contains("CIDEr-D") && report.contains("<figure>"))
      #expect(try VisionTask(ofModelIn: folder) == .captioning)
      let configuration = try CaptionerConfiguration(folder: folder)
      #expect(configuration == run.configuration)
      let again = configuration.makeModel()
      try again.loadStateDict(StateDict(contentsOf: folder.appendingPathComponent("model.safetensors")))
      let read = try loadTokenizer(from: folder.appendingPathComponent("tokenizer.json"))
      #expect(read.count == configuration.vocabulary)
    }
  }

  @Test func theLossFalls() throws {
    try withFolder { folder in
      let recipe = try recipe("caption_transformer", ["training.epochs=8", "captioning.draws_references=false"])
      let run = try CaptionRun(recipe, folder: folder)
      _ = try run.train()
      let losses = try MetricsTable(contentsOf: folder.appendingPathComponent("metrics.csv")).series("loss/validation")
      #expect(losses.count == 8)
      let (first, last) = (try #require(losses.first), try #require(losses.last))
      #expect(last.value < 0.9 * first.value)
    }
  }

  /// Self-critical training of a trained model goes on from its weights, and leaves a frozen encoder as it was.
  @Test func selfCriticalTraining() throws {
    try withFolder { first in
      _ = try CaptionRun(try recipe("caption_transformer"), folder: first).train()
      try withFolder { second in
        let settings = [
          "captioning.self_critical=true", "captioning.freeze_encoder=true", "weights=\(first.path)",
          "training.epochs=1",
        ]
        let run = try CaptionRun(try recipe("caption_transformer", settings), folder: second)
        #expect(run.notes.isEmpty)
        _ = try run.train()
        let before = try StateDict(contentsOf: first.appendingPathComponent("model.safetensors"))
        let after = run.model.stateDict()
        func same(_ key: String) throws -> Bool {
          try #require(before[key]).isEqual(to: try #require(after[key]))
        }
        #expect(try same("encoder.conv1.weight"))
        #expect(try same("encoder.bn1.running_mean"))
        let isUntouched = try same("layers.0.qkv.weight")
        #expect(!isUntouched)
      }
    }
  }

  /// A step makes sampled sentences likelier by how much they score above the greedy one; those that were cut have no end.
  @Test func aSelfCriticalStepFollowsTheReward() throws {
    try withFolder { folder in
      let settings = ["captioning.freeze_encoder=true", "captioning.dropout=0", "captioning.longest=6"]
      let run = try CaptionRun(try recipe("caption_transformer", settings), folder: folder)
      let (model, tokenizer, end) = (run.model, run.tokenizer, run.model.specialTokens.end)
      let scenes = try #require(run.splits.train as? any CaptionedDataset)
      let reward = SelfCriticalReward(scenes, tokenizer: tokenizer, end: end)
      let module = CaptionModule(
        model, tokenizer: tokenizer, recipe: run.recipe.captioning, labelSmoothing: 0, selfCritical: reward,
        optimization: run.recipe.optimization)

      var samples = try (0..<8).map { try scenes[$0] }
      for index in samples.indices { samples[index].image = samples[index].image.to(.float32) / 255 }
      let images = Tensor.stack(samples.map(\.image))
      func sentences(_ sampling: GenerationOptions.Sampling?) throws -> [[Int]] {
        var options = GenerationOptions.greedy
        options.maxNewTokens = 5
        options.sampling = sampling
        return try model.eval().generate(images, options: options).map { $0[0].tokens + ($0[0].hasEnd ? [end] : []) }
      }
      let sampled = try sentences(.init(seed: 1))
      #expect(sampled.contains { $0.last != end && $0.count == 5 }, "an untrained model hardly ever ends")
      // What was drawn is made the truth, so that it is better than what is likeliest.
      for (index, tokens) in sampled.enumerated() { samples[index].captions = [tokenizer.decode(tokens)] }
      let batch = try Batch(collating: samples)
      let advantages = zip(
        reward.scores(sampled, references: batch.captions),
        reward.scores(try sentences(nil), references: batch.captions)
      ).map { $0 - $1 }
      #expect(advantages.reduce(0, +) > 0)

      func likelihood() -> Double {
        withNoGrad {
          zip(sampled.indices, advantages).reduce(0.0) { sum, item in
            let tokens = Tensor(rows: [[model.specialTokens.start] + sampled[item.0]])
            let logits = model.eval().logits(
              tokens[dim: 1, 0..<sampled[item.0].count], memory: model.encode(images[item.0].unsqueeze(0)))
            let loss = logits.flatten(to: 1).crossEntropy(Tensor(sampled[item.0]), reduction: .sum)
            return sum - item.1 * loss.item(Double.self)
          }
        }
      }
      let before = likelihood()
      let loss = try module.trainingStep(batch).loss
      let count = Double(sampled.joined().count)
      #expect(abs(loss.item(Double.self) + before / count) < 1e-4 * max(1, abs(before)))
      loss.backward()
      withNoGrad {
        for parameter in model.parameters() {
          if let gradient = parameter.value.grad { parameter.value.sub_(gradient * 0.003) }
        }
      }
      #expect(likelihood() > before)
    }
  }

  @Test func betterSentencesAreRewarded() throws {
    let scenes = Scenes(count: 30)
    let tokenizer = ByteLevelBPE.train(on: scenes.allCaptions, vocabularySize: 330)
    let reward = SelfCriticalReward(scenes, tokenizer: tokenizer, end: 0)
    let references = scenes.captions(at: 0)
    func score(_ text: String) -> Double {
      reward.scores([tokenizer.encode(text) + [0]], references: [references])[0]
    }
    let cut = reward.scores([tokenizer.encode(references[0])], references: [references])[0]
    #expect(cut < score(references[0]))  // the end is a word, and is missing
    #expect(score(references[0]) > score(String(references[0].dropLast(12))))
    #expect(score("nothing of the kind") < 1)
  }

  @Test(arguments: [
    ("task: captioning\nmodel: resnet18", "attend_and_tell or caption_transformer"),
    ("task: captioning\nmodel: attend_and_tell\ncaptioning: { width: 7 }", "captioning.width: 7"),
    ("task: captioning\nmodel: attend_and_tell\ncaptioning: { encoder: vgg }", "captioning.encoder: is none of small"),
    ("captioning: { with: 7 }", "did you mean 'width'?"),
  ])
  func mistakesAreNamed(_ yaml: String, _ message: String) {
    let error = #expect(throws: RecipeError.self) { try Recipe(yaml: yaml) }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
  }

  @Test func dataWithoutCaptionsIsRefused() throws {
    try withFolder { folder in
      #expect(throws: (any Error).self) {
        try CaptionRun(
          try Recipe(yaml: "task: captioning\nmodel: attend_and_tell\ndata: folder:/nowhere"), folder: folder)
      }
    }
  }
}
