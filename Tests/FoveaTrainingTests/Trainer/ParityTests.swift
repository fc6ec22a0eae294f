import Foundation
import FoveaData
import FoveaTraining
import Testing
import Torch

/// Fifty steps beside PyTorch's (`Tests/Reference/parity.py`): same weights, same data, same recipe.
extension TrainerTests {
  @Suite struct ParityTests {
    struct Reference: Decodable {
      let losses: [Double]
      let normsAfter: [String: Double]
    }

    @Test(arguments: [true, false]) func lossesEqualPyTorchs(channelsLast: Bool) throws {
      let folder = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
      let reference = try JSONDecoder().decode(
        Reference.self, from: Data(contentsOf: folder.appendingPathComponent("parity.json")))
      let tensors = try StateDict(contentsOf: folder.appendingPathComponent("parity.safetensors"))
      let images = try #require(tensors["images"])
      let labels = try #require(tensors["labels"])
      let batches = (0..<5).map { number in
        let places = number * 16..<(number + 1) * 16
        return Batch(images: images[places], labels: labels[places], indices: Array(places))
      }

      let module = ClassificationModule(TinyNetwork(), classes: 5, labelSmoothing: 0.1) { model, plan in
        Optimization(
          SGD(model.groupsWithoutNormDecay, learningRate: 0.04, momentum: 0.9, nesterov: true, weightDecay: 5e-3),
          schedule: OneCycleSchedule(steps: plan.steps, warmUpShare: 0.25))
      }
      let weights = tensors.mapKeys { $0.hasPrefix("model.") ? String($0.dropFirst(6)) : nil }
      try module.model.loadStateDict(weights)
      var options = quietOptions(epochs: 10)
      options.gradientClip = .norm(0.5)
      options.channelsLast = channelsLast
      let recorder = Recorder()
      try Trainer(options, callbacks: [recorder]).fit(module, DataLoaders(train: BatchList(batches)))

      #expect(recorder.losses.count == 50)
      for (step, (loss, expected)) in zip(recorder.losses, reference.losses).enumerated() {
        #expect(abs(loss - expected) < 1e-3 * expected, "step \(step)")
      }
      for (name, tensor) in module.model.stateDict() {
        let norm = tensor.to(.float64).square().sum().sqrt().item(Double.self)
        let expected = try #require(reference.normsAfter[name])
        #expect(abs(norm - expected) <= 1e-3 * expected, "\(name)")
      }
    }
  }
}
