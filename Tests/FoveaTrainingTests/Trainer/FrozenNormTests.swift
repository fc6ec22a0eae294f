import FoveaModels
import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// Statistics of batch normalisations move with what is learned, and only with that.
  @Suite struct FrozenNormTests {
    private func module(_ model: any ImageClassifier) -> ClassificationModule {
      ClassificationModule(model, classes: 5) { model, _ in
        Optimization(SGD(FineTuningRecipe().parameterGroups(of: model), learningRate: 0.01))
      }
    }

    /// The names of the buffers that a short training, with validations between its steps, has moved.
    private func moved(in model: any ImageClassifier) throws -> [String] {
      let before = model.namedBuffers().map { $0.buffer.value.clone() }
      var options = quietOptions(epochs: 2)
      options.validateEverySteps = 2
      try Trainer(options).fit(module(model), tinyData())
      return zip(model.namedBuffers(), before).filter { !$0.buffer.value.isEqual(to: $1) }.map(\.0.name)
    }

    private func network() -> TinyResNet {
      seedAll(3)
      return TinyResNet(classes: 5, inputChannels: 3, stemWidth: 4, stages: [.init(width: 8, blocks: 1, stride: 2)])
    }

    @Test func aFrozenNetworksStay() throws {
      let model = network()
      var recipe = FineTuningRecipe()
      recipe.frozenLayers = -1
      try recipe.prepare(model)
      let head = model.fc.weight.value.detach().clone()
      #expect(try moved(in: model) == [])
      #expect(!model.fc.weight.value.isEqual(to: head))
    }

    @Test func learnedOnesMove() throws {
      let model = network()
      #expect(try moved(in: model).count == model.namedBuffers().count)
    }

    /// Its scales are fixed, but its biases are learned.
    @Test func airbenchsMove() throws {
      let model = Airbench(classes: 5, widths: [32])
      #expect(try moved(in: model).contains("blocks.0.bn1.running_mean"))
    }
  }
}
