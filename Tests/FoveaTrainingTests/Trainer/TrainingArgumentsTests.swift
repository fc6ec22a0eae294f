import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  @Suite struct TrainingArgumentsTests {
    @Test func namesMapOntoTheTrainers() {
      var arguments = TrainingArguments()
      arguments.maxSteps = 30
      arguments.gradientAccumulationSteps = 4
      arguments.bf16 = true
      arguments.evalStrategy = .steps
      arguments.evalSteps = 10
      arguments.saveStrategy = .steps
      arguments.saveSteps = 5
      arguments.metricForBestModel = "eval_accuracy"
      arguments.earlyStoppingPatience = 3
      arguments.loadBestModelAtEnd = true
      arguments.disableTqdm = true
      let options = arguments.trainerOptions
      #expect(options.maxSteps == 30 && options.accumulateGradBatches == 4 && options.precision == .bf16)
      #expect(options.validateEverySteps == 10 && options.checkpointEverySteps == 5)
      #expect(options.monitor == Monitor("accuracy", isLargerBetter: true))
      #expect(options.earlyStopping?.patience == 3 && options.loadBestAtEnd && !options.showsProgress)
      #expect(options.gradientClip == .norm(1) && options.seed == 42)
    }

    /// Against transformers; see Tests/Reference/training_arguments.py.
    @Test func defaultsAreThoseOfTransformersUnlessSaid() throws {
      struct Reference: Decodable {
        let defaults: [String: JSONValue]
      }
      let file = try #require(Bundle.module.resourceURL?.appending(path: "Fixtures/training_arguments.json"))
      let published = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file)).defaults
      let onPurpose: [String: JSONValue] = [
        "eval_strategy": .text("epoch"), "save_strategy": .text("epoch"), "save_total_limit": .integer(1),
        "dataloader_num_workers": .integer(2),
      ]
      // What None stands for there.
      let spelledOut: [String: JSONValue] = [
        "eval_steps": .integer(500), "metric_for_best_model": .text("loss"), "resume_from_checkpoint": .bool(false),
        "disable_tqdm": .bool(false),
      ]
      let ours: Set = ["warmup_ratio", "early_stopping_patience", "fine_tuning"]
      var seen: Set<String> = []
      for child in Mirror(reflecting: TrainingArguments()).children {
        let name = try #require(child.label).replacing(/[A-Z]/) { "_" + $0.output.lowercased() }
        seen.insert(name)
        if ours.contains(name) {
          #expect(published[name] == nil, "\(name)")
          continue
        }
        let theirs = try #require(published[name], "transformers has no \(name)")
        let value = json(child.value)
        let isEqual = value == theirs || (value.number != nil && value.number == theirs.number)
        let expected = onPurpose[name] ?? (theirs == .null ? spelledOut[name] : nil)
        #expect(expected.map { value == $0 && !isEqual } ?? isEqual, "\(name) is \(value), there \(theirs)")
      }
      #expect(seen.isSuperset(of: ours.union(onPurpose.keys).union(spelledOut.keys)))
      #expect(!TrainingArguments().gradientCheckpointing && published["gradient_checkpointing"] == .null)
    }

    private func json(_ value: Any) -> JSONValue {
      switch value {
      case let value as Bool: .bool(value)
      case let value as Int: .integer(value)
      case let value as UInt64: .integer(Int(value))
      case let value as Double: .number(value)
      case let value as String: .text(value)
      case let value as any RawRepresentable: .text("\(value.rawValue)")
      default: .null  // an optional without a value
      }
    }

    @Test func theScheduleIsHuggingFaces() {
      var arguments = TrainingArguments()
      arguments.learningRate = 0.5
      arguments.warmupRatio = 0.1
      let optimization = arguments.optimization(of: TinyNetwork(), TrainingPlan(steps: 100, stepsPerEpoch: 10))
      // transformers.get_linear_schedule_with_warmup(optimizer, 10, 100)
      for (step, factor) in [(0, 0.0), (5, 0.5), (10, 1.0), (55, 0.5), (99, 1.0 / 90)] {
        #expect(abs(optimization.schedule.factor(at: step) - factor) < 1e-12)
      }
      #expect(optimization.optimizer is AdamW && optimization.optimizer.learningRate == 0.5)
      #expect(optimization.optimizer.groups[1].weightDecay == 0)
    }

    @Test func itTrains() throws {
      var arguments = TrainingArguments()
      arguments.maxSteps = 40
      arguments.learningRate = 0.02
      arguments.perDeviceTrainBatchSize = 16
      arguments.disableTqdm = true
      seedAll(1)
      let module = ClassificationModule(TinyNetwork(), classes: 5, arguments: arguments)
      let set = NoisyColors(count: 1, batchSize: 64).batch(epoch: 0, number: 0)
      let data = TensorDataset(
        images: set.images, labels: set.labels!.array(Int.self), classNames: ["a", "b", "c", "d", "e"])
      let loaders = arguments.loaders(train: data, evaluation: data)
      #expect(loaders.trainLoader().count == 4 && loaders.validationLoader()?.count == 8)
      let result = try Trainer(arguments).fit(module, loaders)
      #expect(result.reason == .maxSteps && result.state.step == 40)
      #expect(try #require(result.metrics["accuracy"]) > 0.8)
    }
  }
}
