import Foundation
import FoveaData
import FoveaImaging
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

@Suite(.serialized) struct FaceRunTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-faces-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// People who differ in a pattern of stripes of their own, six noisy photographs each.
  func makePeople(_ count: Int = 8) throws -> URL {
    let root = folder.appendingPathComponent("people")
    var noise: UInt8 = 3
    for person in 0..<count {
      let place = root.appendingPathComponent("person \(person)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      for photograph in 0..<6 {
        noise = noise &+ UInt8(photograph * 29 + 1)  // or photographs would be the same, as this noise repeats itself
        let pixels = (0..<(16 * 16 * 3)).map { index -> UInt8 in
          let (x, y) = ((index / 3) % 16, index / 48)
          noise = noise &* 37 &+ 11
          let stripe = (x * (person % 3 + 1) + y * (person / 3 + 1)) / 4 % 2 == 0
          return (stripe ? 150 : 60) + noise % 48
        }
        try Image(width: 16, height: 16, channels: 3, pixels: pixels)
          .write(to: place.appendingPathComponent("\(photograph).png"))
      }
    }
    return root
  }

  func recipe(_ people: URL, _ settings: String...) throws -> Recipe {
    let yaml = """
      task: faces
      model: ir_tiny
      data: people:\(people.path)
      validation_fraction: 0.25
      faces: { embedding_size: 16 }
      optimizer: { name: adamw, learning_rate: 2.0e-3 }
      training: { epochs: 2, batch_size: 12, loader_threads: 1, device: cpu, precision: fp32 }
      """
    return try Recipe(yaml: yaml, settings: settings)
  }

  @Test(arguments: [
    ["faces.loss=triplet"], ["faces.loss=triplet", "faces.mining=drawn", "training.batch_size=2"],
    ["faces.loss=pairs"], ["faces.loss=contrastive", "faces.negatives=3", "training.batch_size=2"],
    ["faces.loss=contrastive", "faces.negatives=1", "faces.every_photograph=true", "training.batch_size=6"],
    ["faces.loss=supervised_contrastive"], ["faces.loss=arcface"], ["faces.loss=cosface"],
  ]) func everyLossTrainsAndIsJudgedByUnseenPeople(_ settings: [String]) throws {
    let root = try makePeople()
    var recipe = try recipe(root)
    recipe = try Recipe(yaml: recipe.yaml(), settings: settings)
    let place = folder.appendingPathComponent("run")
    let run = try FaceRun(recipe, folder: place)
    #expect(run.splits.train.classNames.count == 6 && run.splits.unseen?.classNames.count == 2)
    let result = try run.train()
    #expect(result.metrics["auc"] != nil && result.metrics["rank_1"] != nil)
    let outcome = try run.finish(result)
    #expect((outcome.metrics["auc"] ?? -1) >= 0 && outcome.report != nil)
    let saved = try FaceConfiguration(folder: place)
    #expect(saved.task == .faces && saved.threshold != nil && saved.embeddingSize == 16)
    #expect(try VisionTask(ofModelIn: place) == .faces)
    let unseen = try JSONDecoder().decode(
      [String].self, from: Data(contentsOf: place.appendingPathComponent("unseen.json")))
    #expect(unseen == run.splits.unseen?.classNames)
  }

  @Test func aFewEpochsTellUnseenPeopleApart() throws {
    let recipe = try recipe(makePeople(12), "training.epochs=12", "validation_fraction=0.34")
    let run = try FaceRun(recipe, folder: folder.appendingPathComponent("longer"))
    let outcome = try run.finish(try run.train())
    #expect((outcome.metrics["auc"] ?? 0) > 0.8, "\(outcome.headline)")
  }

  @Test func aRunGoesOnWhereItStopped() async {
    // In a process of its own: all tests of one draw from the same default generator.
    await #expect(processExitsWith: .success) { try FaceRunTests().stopAndGoOn() }
  }

  func stopAndGoOn() throws {
    final class Stop: TrainerCallback {
      func onTrainBatchEnd(_ run: TrainingRun, output: StepOutput, batch: Batch) {
        if run.state.epoch == 1 { run.stop() }
      }
    }
    let recipe = try recipe(makePeople(), "training.deterministic=true", "training.epochs=3", "faces.dropout=0.2")
    func weights(_ name: String, stopping: [any TrainerCallback] = [], resume: Bool = false) throws -> StateDict {
      let place = folder.appendingPathComponent(name)
      let result = try FaceRun(recipe, folder: place).train(resume: resume, callbacks: stopping)
      #expect(result.reason == (stopping.isEmpty ? .maxEpochs : .callback))
      return try StateDict(contentsOf: place.appendingPathComponent("model.safetensors"))
    }
    let whole = try weights("whole")
    _ = try weights("parts", stopping: [Stop()])
    let parts = try weights("parts", resume: true)
    for (name, tensor) in whole { #expect(parts[name].map { tensor.isEqual(to: $0) } ?? false, "\(name)") }
  }

  @Test func impossibleBatchesAreErrorsWithTheKey() throws {
    let root = try makePeople()
    for (setting, key) in [
      ("training.batch_size=4", "training.batch_size"), ("training.batch_size=400", "training.batch_size"),
      ("faces.negatives=30", "faces.negatives"),
    ] {
      let base = try recipe(root, setting.hasPrefix("faces") ? "faces.loss=contrastive" : "faces.loss=pairs")
      let error = #expect(throws: RecipeError.self) {
        try FaceRun(Recipe(yaml: base.yaml(), settings: [setting]), folder: folder.appendingPathComponent("never"))
      }
      #expect(error?.place == key)
    }
  }

  @Test(arguments: [
    "faces.loss=triplets", "faces.mining=hard", "faces.temperature=0", "faces.photographs=1", "faces.margin=-1",
    "faces.dropout=1", "faces.los=triplet",
  ]) func wrongKeysAndValuesAreErrors(_ setting: String) throws {
    let error = #expect(throws: RecipeError.self) { try Recipe(yaml: "task: faces", settings: [setting]) }
    let key = setting.split(separator: "=")[0].split(separator: ".")[1].prefix(3)
    #expect("\(error.map { "\($0)" } ?? "")".contains(key))
  }

  @Test func damagedConfigurationsAreErrorsWithTheFile() throws {
    let file = folder.appendingPathComponent("config.json")
    for text in [
      "", "{", #"{"task": "faces"}"#, #"{"task": "classification", "architecture": "ir_tiny"}"#,
      #"{"task":"faces","architecture":"ir_tiny","embeddingSize":0,"input":{"size":{"height":8,"width":8},"statistics":{"mean":[0,0,0],"standardDeviation":[1,1,1]}}}"#,
      #"{"task":"faces","architecture":"ir_tiny","embeddingSize":8,"input":{"size":{"height":8,"width":8},"statistics":{"mean":[0],"standardDeviation":[0]}}}"#,
    ] {
      try text.write(to: file, atomically: true, encoding: .utf8)
      let error = #expect(throws: RecipeError.self) { try FaceConfiguration(folder: folder) }
      #expect(error?.place == file.path)
    }
  }

  @Test func anEvaluationKnowsGoodEmbeddingsFromBad() {
    let people = [0, 0, 1, 1, 2, 2]
    let good = Tensor.eye(3).repeatInterleave(2, dim: 0)
    let pairs = FacePair.all(of: people)
    let evaluation = FaceEvaluation(embeddings: good, people: people, pairs: pairs, folds: 0)
    #expect(evaluation.metrics["auc"] == 1 && evaluation.metrics["rank_1"] == 1 && evaluation.metrics["eer"] == 0)
    let same = FaceEvaluation(embeddings: .ones([6, 3]).normalize(dim: 1), people: people, pairs: pairs, folds: 0)
    #expect(abs((same.metrics["auc"] ?? 0) - 0.5) < 1e-9 && same.metrics["rank_1"] == 0)
  }

  @Test func aFoldWithoutOneKindOfPairsIsAnError() throws {
    let people = try ImageFolder.people(makePeople(2))
    let input = FaceInput(size: 16, statistics: .half)
    func evaluate(_ pairs: [FacePair]) throws -> FaceEvaluation {
      try FaceEvaluation(
        of: { $0.mean(dim: 3).flatten(from: 1).normalize(dim: 1) }, on: people, input: input, pairs: pairs, folds: 2)
    }
    let whole = [
      FacePair(0, 1, isSame: true), FacePair(0, 6, isSame: false), FacePair(7, 8, isSame: true, fold: 1),
      FacePair(1, 7, isSame: false, fold: 1),
    ]
    #expect(try evaluate(whole).metrics["accuracy"] != nil)
    for lost in whole.indices {
      let error = #expect(throws: TrainingError.self) {
        try evaluate(whole.enumerated().filter { $0.offset != lost }.map(\.element))
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains("fold \(lost / 2 + 1) of 2"))
    }
  }
}
