import FoveaData
import Testing
import Torch

@testable import FoveaTraining

/// Whatever number is written into a recipe, it is refused by its key's name, or it is one that a run can work with.
@Suite("Numbers in recipes") struct RecipeNumberTests {
  /// What makes every other key possible.
  private static let base = [
    "images.size=32", "images.mean=[0.5]", "images.std=[0.5]", "augmentation.rand_augment=1",
  ]

  /// Every key that takes numbers, found out by what is said of a word in its place.
  static let keys: [String] = {
    let sections = RecipeKeys.sections.flatMap { section, keys in keys.map { "\(section).\($0)" } }
    let top = Recipe.CodingKeys.allCases.map(\.rawValue).filter { RecipeKeys.sections[$0] == nil }
    return (top + sections).sorted().filter { key in
      ["word", "[word]"].contains { problem(key, $0)?.contains("number") == true }
    }
  }()

  private static func problem(_ key: String, _ value: String) -> String? {
    do {
      _ = try Recipe(yaml: "", settings: base + ["\(key)=\(value)"])
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func allAreFound() {
    #expect(Self.keys.count > 60)
    let some = [
      "seed", "validation_fraction", "images.mean", "schedule.milestones", "training.max_minutes", "training.ema",
      "faces.margin", "captioning.beams", "detection.shortest_edges", "fine_tuning.lora_alpha",
    ]
    #expect(some.allSatisfy(Self.keys.contains))
    #expect(!Self.keys.contains("training.monitor") && !Self.keys.contains("augmentation.flip"))
  }

  @Test(arguments: keys) func isRefusedByNameOrWorks(_ key: String) throws {
    let isList = Self.problem(key, "word")?.contains("expects a list") == true
    let least = key == "fine_tuning.frozen_layers" ? -1.0 : 0
    for value in ["-1", "0", "1e300", ".inf", "-.inf", ".nan"] {
      let recipe: Recipe
      do {
        recipe = try Recipe(yaml: "", settings: Self.base + ["\(key)=" + (isList ? "[\(value)]" : value)])
      } catch {
        #expect(error is RecipeError && "\(error)".contains(key), "\(key)=\(value): \(error)")
        continue
      }
      let text = try #require(recipe.values()[key]).replacing("- ", with: "")
      let number = try #require(Double(text), "\(key)=\(value) became \(text)")
      #expect(number >= least && number <= 1e12, "\(key)=\(value)")
      try use(recipe)
    }
  }

  /// Works out what a run would of the recipe's numbers, which ends the process where one of them is impossible.
  private func use(_ recipe: Recipe) throws {
    var options = try recipe.trainerOptions()
    options.showsProgress = false
    _ = Trainer(options)
    let input = ClassifierInput(size: ImageSize(32), resize: 32, channels: 1, statistics: .mnist)
    _ = Preprocessing.training(recipe.augmentation, input: input, classes: 3, isFixedSize: true)
    let plan = TrainingPlan(steps: min(options.maxSteps ?? .max, options.maxEpochs * 5), stepsPerEpoch: 5)
    for schedule in ["one_cycle", "cosine", "linear", "polynomial", "step", "multi_step", "plateau", "constant"] {
      for optimizer in ["sgd", "adam", "adamw", "rmsprop", "muon"] {
        var recipe = recipe
        (recipe.schedule.name, recipe.optimizer.name) = (schedule, optimizer)
        let optimization = recipe.optimization(of: Linear(2, 2), plan)
        for step in [0, 1, plan.steps - 1] { #expect(optimization.schedule.factor(at: step).isFinite) }
      }
    }
  }

  @Test(arguments: [
    "augmentation.rand_augment_magnitude=99", "training.max_minutes=.nan", "schedule.warmup_epochs=1e30",
    "optimizer.learning_rate=.inf", "augmentation.color_jitter=-1", "augmentation.rand_augment=-1",
    "augmentation.rotation=-5", "augmentation.cutout=-2", "schedule.gamma=-0.1", "schedule.power=-1",
    "training.max_steps=0", "training.max_minutes=-1", "training.early_stopping=0", "images.mean=[0.5]",
  ])
  func isRefused(_ setting: String) {
    let error = #expect(throws: RecipeError.self) { try Recipe(yaml: "", settings: [setting]) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(setting.prefix { $0 != "=" }))
  }
}
