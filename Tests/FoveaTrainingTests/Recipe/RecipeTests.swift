import Foundation
import FoveaData
import Testing
import Torch

@testable import FoveaTraining

@Suite("Recipes")
struct RecipeTests {
  @Test("what a recipe leaves out has its default, and everything is written back")
  func defaults() throws {
    let recipe = try Recipe(yaml: "model: resnet50\ntraining: { epochs: 3 }")
    #expect(recipe.model == "resnet50")
    #expect(recipe.training.epochs == 3)
    #expect(recipe.training.batchSize == Recipe().training.batchSize)
    #expect(try Recipe(yaml: try recipe.yaml()) == recipe)
  }

  @Test("an empty recipe is the default one")
  func empty() throws {
    #expect(try Recipe(yaml: "") == Recipe())
  }

  @Test("settings change values, lists among them")
  func settings() throws {
    let recipe = try Recipe(
      yaml: "schedule: { name: step }",
      settings: ["training.epochs=7", "schedule.name=multi_step", "schedule.milestones=[2, 4]", "stem=cifar", "seed=9"])
    #expect(recipe.training.epochs == 7)
    #expect(recipe.schedule.name == "multi_step")
    #expect(recipe.schedule.milestones == [2, 4])
    #expect(recipe.stem == .cifar)
    #expect(recipe.seed == 9)
  }

  @Test("the trainer is told what the recipe says")
  func trainer() throws {
    let options = try Recipe(
      yaml: "",
      settings: [
        "training.max_steps=9", "training.overfit_batches=2", "training.limit_train_batches=3",
        "training.checkpoint_every_steps=4", "training.clip_norm=0.5", "training.monitor=loss",
      ]
    ).trainerOptions()
    #expect(options.maxSteps == 9 && options.overfitBatches == 2 && options.limitTrainBatches == 3)
    #expect(
      options.checkpointEverySteps == 4 && options.gradientClip == .norm(0.5) && options.monitor == Monitor("loss"))
  }

  @Test(
    "the best checkpoint is chosen by the recipe's metric, or its task's",
    arguments: [
      ("model: resnet18", "accuracy"), ("model: yolov5n\ntask: detection", "ap"), ("task: faces", "auc"),
      ("task: captioning\nmodel: attend_and_tell", "cider_d"),
      ("task: faces\ntraining: { monitor: accuracy }", "accuracy"),
    ])
  func monitor(yaml: String, name: String) throws {
    #expect(try Recipe(yaml: yaml).trainerOptions().monitor == Monitor(name))
  }

  @Test(
    "what is wrong is named, with its line and the nearest right name",
    arguments: [
      (
        "model: vgg16\nlerning_rate: 3",
        "recipe:2: there is no key 'lerning_rate'; did you mean 'learning_rate' in 'optimizer'?"
      ),
      (
        "optimizer:\n  lerning_rate: 3",
        "recipe:2: there is no key 'lerning_rate' in 'optimizer'; did you mean 'learning_rate'?"
      ),
      ("trainin: 3", "recipe:1: there is no key 'trainin'; did you mean 'training'?"),
      ("training: 3", "recipe:1: 'training' needs keys below it, such as epochs"),
      ("training: { epochs: ten }", "recipe: training.epochs: expects a whole number"),
      ("training: { epochs: 0 }", "recipe: training.epochs: 0 is not in 1...1000000"),
      ("training: { limit_train_batches: 0 }", "recipe: training.limit_train_batches: 0 is not in 1...1000000000"),
      ("training: { device: gpu }", "recipe: training.device: 'gpu' is not a device"),
      ("training: { precision: fp64 }", "recipe: training.precision: 'fp64' is none of auto, fp32, bf16"),
      ("optimizer: { name: adamx }", "did you mean 'adam'?"),
      ("stem: round", "recipe: stem: is none of imagenet, cifar"),
      ("augmentation: { resized_crop: 0.5 }", "augmentation.resized_crop: 0.5 is not possible without images.size"),
      ("[1, 2]", "recipe: is not a list of 'key: value' lines"),
      ("a: [", "recipe: is not YAML"),
    ])
  func mistakes(yaml: String, message: String) {
    do {
      _ = try Recipe(yaml: yaml)
      Issue.record("accepted \(yaml)")
    } catch {
      #expect("\(error)".contains(message), "\(error)")
    }
  }

  @Test("a key in the wrong section is sent to the right one")
  func wrongSection() {
    #expect(
      throws: RecipeError(
        "recipe:1", "there is no key 'weight_decay' in 'training'; did you mean 'weight_decay' in 'optimizer'?")
    ) {
      try Recipe(yaml: "training: { weight_decay: 1 }")
    }
  }

  @Test(
    "settings are checked as the file is",
    arguments: ["epochs=3", "training.epoch=3", "training.epochs", "a.b.c=1", "=1"])
  func wrongSettings(setting: String) {
    #expect(throws: RecipeError.self) { try Recipe(yaml: "", settings: [setting]) }
  }

  @Test("steps are counted from the run's beginning, the warm-up among them")
  func stepsAndWarmUp() throws {
    let plan = TrainingPlan(steps: 50, stepsPerEpoch: 5)
    func factors(_ settings: String...) throws -> [Double] {
      let recipe = try Recipe(yaml: "", settings: settings + ["schedule.warmup_epochs=2", "schedule.gamma=0.5"])
      let schedule = recipe.optimization(of: Linear(2, 2), plan).schedule
      return (0..<50).map { schedule.factor(at: $0) }
    }
    let step = try factors("schedule.name=step", "schedule.step_epochs=3")
    #expect(step[5] == 0.5 && step[14] == 1 && step[15] == 0.5 && step[30] == 0.25)
    #expect(try step == factors("schedule.name=multi_step", "schedule.milestones=[3, 6, 9]"))
  }

  @Test("what the fast recipe asks for reaches the optimizer and the augmentation")
  func settingsArrive() throws {
    let recipe = try Recipe(
      yaml: """
        augmentation: { crop_padding: 2, crop_reflects: true, alternating_flip: true }
        optimizer: { name: muon, normalize_matrices: true, others_factor: 7, others_weight_decay: 0.25 }
        """)
    let optimization = recipe.optimization(of: Linear(2, 2), TrainingPlan(steps: 5, stepsPerEpoch: 5))
    let muon = try #require(optimization.optimizer as? Muon)
    #expect(muon.normalizesMatrices && muon.othersFactor == 7 && muon.othersWeightDecay == 0.25)
    let input = ClassifierInput(size: ImageSize(32), resize: 32, channels: 3, statistics: .cifar10)
    let steps = Preprocessing.training(recipe.augmentation, input: input, classes: 3, isFixedSize: true).batch.steps
    let crop = try #require(steps.first as? RandomCrop)
    #expect(crop.reflects && crop.padding == 2)
    #expect(steps.contains { $0 is AlternatingFlip } && !steps.contains { $0 is RandomHorizontalFlip })
  }

  @Test("every recipe of the project is right")
  func published() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Recipes")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    #expect(files.count > 3)
    for file in files { _ = try Recipe(contentsOf: file) }
  }

  @Test("damaged YAML never crashes")
  func fuzz() throws {
    let text = Array(try Recipe().yaml().utf8)
    var random = RandomSource(seed: 11)
    for _ in 0..<300 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? Recipe(yaml: String(decoding: bytes, as: UTF8.self))
    }
  }
}
