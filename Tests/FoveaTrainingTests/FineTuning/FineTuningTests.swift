import Foundation
import FoveaData
import FoveaModels
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  @Suite struct FineTuningTests {
    private func tuner(
      _ model: any ImageClassifier, _ change: (inout TrainingArguments) -> Void,
      computeMetrics: ((EvalPrediction) throws -> [String: Double])? = nil
    ) throws -> FineTuner {
      var arguments = TinyTransformer.arguments()
      change(&arguments)
      return try FineTuner(
        model, arguments: arguments, trainDataset: TinyTransformer.pictures(),
        evalDataset: TinyTransformer.pictures(seed: 6), input: TinyTransformer.input, computeMetrics: computeMetrics)
    }

    @Test(arguments: ["all", "lora", "checkpointed", "decay"]) func itLearns(_ how: String) throws {
      let model = TinyTransformer.make()
      let before = try #require(model.stateDict()["blocks.0.attn.qkv.weight"]).clone()
      let tuner = try tuner(model) { arguments in
        switch how {
        case "lora":
          arguments.fineTuning.loraRank = 4
          arguments.learningRate = 1e-2
        case "checkpointed": arguments.gradientCheckpointing = true
        case "decay": arguments.fineTuning.layerDecay = 0.8
        default: break
        }
      }
      try tuner.train()
      #expect(try #require(tuner.evaluate()["eval_accuracy"]) > 0.9)
      let after = try #require(model.stateDict()["blocks.0.attn.qkv.weight"])
      #expect(after.isEqual(to: before) == (how == "lora"))
      #expect(model.usesGradientCheckpointing == (how == "checkpointed"))
    }

    @Test func frozenLayersStayAndTheHeadLearns() throws {
      let model = TinyTransformer.make()
      let before = model.stateDict().map { ($0.key, $0.value.clone()) }
      let tuner = try tuner(model) { $0.fineTuning.frozenLayers = -1 }
      #expect(tuner.note == "75 of \(model.parameterCount()) parameters are learned")
      try tuner.train()
      for (key, tensor) in before {
        let same = try #require(model.stateDict()[key]).isEqual(to: tensor)
        #expect(same == !key.hasPrefix("head."), "\(key)")
      }
    }

    @Test func layersCountFromTheEmbeddingToTheHead() throws {
      let model = TinyTransformer.make()
      var recipe = FineTuningRecipe()
      recipe.frozenLayers = 2
      try recipe.prepare(model)
      let frozen = Set(model.namedParameters().filter { !$0.parameter.isTrainable }.map(\.name))
      #expect(frozen.contains("pos_embed") && frozen.contains("patch_embed.proj.weight"))
      #expect(frozen.contains("blocks.0.mlp.fc2.bias") && !frozen.contains("blocks.1.norm1.weight"))
      #expect(!frozen.contains("norm.weight") && !frozen.contains("head.weight"))
    }

    @Test func earlierLayersLearnMoreSlowly() throws {
      var recipe = FineTuningRecipe()
      recipe.layerDecay = 0.5
      let model = TinyTransformer.make()
      let groups = recipe.parameterGroups(of: model)
      func factor(_ name: String) -> Double? {
        groups.first { $0.parameters.contains { $0.name == name } }?.learningRateFactor
      }
      #expect(factor("cls_token") == 0.125 && factor("blocks.0.attn.proj.bias") == 0.25)
      #expect(factor("blocks.1.mlp.fc1.weight") == 0.5 && factor("norm.bias") == 1 && factor("head.weight") == 1)
      #expect(groups.reduce(0) { $0 + $1.parameters.count } == model.parameters().count)
      for group in groups {
        let ranks = group.parameters.map { $0.parameter.value.rank }
        #expect(ranks.allSatisfy { $0 > 1 } == (group.weightDecay == nil))
      }
    }

    @Test func convolutionalNetworksHaveLayersToo() {
      let network = ConvNeXt(.init(depths: [1, 2], widths: [4, 8]), classes: 2)
      let expected = [
        "stem.0.weight": 0, "stages.0.blocks.0.gamma": 1, "stages.1.downsample.1.weight": 2,
        "stages.1.blocks.0.norm.bias": 2, "stages.1.blocks.1.mlp.fc1.weight": 3, "head.norm.weight": 4,
        "head.fc.bias": 4,
      ]
      for (name, layer) in expected { #expect(network.layer(ofParameter: name) == layer, "\(name)") }
      #expect(network.layerCount == 5)
      let resNet = withoutInitialization { ResNet(.resnet18, classes: 2) }
      #expect(resNet.layer(ofParameter: "conv1.weight") == 0 && resNet.layer(ofParameter: "layer3.0.bn1.bias") == 3)
      #expect(resNet.layer(ofParameter: "fc.weight") == 5)
    }

    @Test func whatANetworkCannotDoIsSaid() throws {
      func problem(_ model: any ImageClassifier, _ change: (inout FineTuningRecipe) -> Void) throws -> String {
        var recipe = FineTuningRecipe()
        change(&recipe)
        return "\(try #require(throws: RecipeError.self) { try recipe.prepare(model) })"
      }
      let cnn = TinyResNet()
      #expect(try problem(cnn) { $0.layerDecay = 0.5 }.hasPrefix("fine_tuning.layer_decay: "))
      #expect(try problem(cnn) { $0.frozenLayers = 1 }.hasPrefix("fine_tuning.frozen_layers: "))
      #expect(try problem(cnn) { $0.gradientCheckpointing = true }.contains("TinyResNet"))
      #expect(try problem(cnn) { $0.loraRank = 2 }.hasPrefix("fine_tuning.lora_targets: "))
      #expect(try problem(TinyTransformer.make()) { $0.frozenLayers = 9 }.contains("has 4 layers"))
    }

    @Test func metricsOfOnesOwnCanBeMonitored() throws {
      var seen: [[Int]] = []
      let tuner = try tuner(TinyTransformer.make()) {
        $0.numTrainEpochs = 2
        $0.metricForBestModel = "eval_reds"
      } computeMetrics: { prediction in
        seen.append(prediction.predictions.shape.sizes + prediction.labelIds.shape.sizes)
        return ["reds": Double((prediction.predictions.argmax(dim: 1) .== 0).to(.float64).mean())]
      }
      try tuner.train()
      let metrics = try tuner.evaluate()
      #expect(metrics["eval_reds"] != nil && metrics["eval_accuracy"] != nil)
      #expect(seen.allSatisfy { $0 == [48, 3, 48] } && seen.count >= 3)
    }

    @Test func withoutCheckpointsOnlyTheWeightsAreSaved() throws {
      let folder = try TemporaryFolder()
      var arguments = TinyTransformer.arguments()
      arguments.outputDir = folder.url
      arguments.numTrainEpochs = 1
      arguments.saveStrategy = .no
      arguments.evalStrategy = .no
      arguments.loggingStrategy = .no
      let tuner = try FineTuner(
        TinyTransformer.make(), arguments: arguments, trainDataset: TinyTransformer.pictures(),
        evalDataset: TinyTransformer.pictures(seed: 6), input: TinyTransformer.input)
      let result = try tuner.train()
      #expect(result.metrics.isEmpty && folder.has("model.safetensors") && !folder.has("checkpoints"))
    }

    @Test func otherClassesNeedANewHead() {
      let model = TinyTransformer.make()
      model.replaceHead(classes: 5)
      #expect(throws: TrainingError.self) { try tuner(model) { _ in } }
    }

    @Test func schedulesAndOptimizersHaveHuggingFacesNames() {
      var arguments = TrainingArguments()
      arguments.warmupSteps = 10
      let plan = TrainingPlan(steps: 100, stepsPerEpoch: 10)
      func factors(_ type: TrainingArguments.SchedulerType) -> [Double] {
        arguments.lrSchedulerType = type
        let schedule = arguments.optimization(of: TinyNetwork(), plan).schedule
        return [0, 5, 10, 55].map { schedule.factor(at: $0) }
      }
      #expect(factors(.constant) == [1, 1, 1, 1])
      #expect(factors(.constantWithWarmup) == [0, 0.5, 1, 1])
      #expect(factors(.polynomial) == [0, 0.5, 1, 0.5])
      arguments.optim = .sgd
      #expect(arguments.optimization(of: TinyNetwork(), plan).optimizer is SGD)
    }
  }
}
