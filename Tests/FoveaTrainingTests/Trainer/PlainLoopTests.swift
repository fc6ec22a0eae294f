import FoveaTraining
import Testing
import Torch

extension TrainerTests {
  /// Nobody has to use a trainer: a loop of one's own is a few lines.
  @Suite struct PlainLoopTests {
    @Test func aLoopOfOnesOwnLearns() {
      seedAll(1)
      let model = TinyNetwork()
      let data = NoisyColors(count: 6)
      let optimizer = SGD(model, learningRate: 0.05, momentum: 0.9)
      let schedule = CosineSchedule(steps: 24).warmedUp(steps: 4, from: 0.1)
      var losses: [Float] = []
      var step = 0
      for epoch in 0..<4 {
        let batches = data.batches(epoch: epoch, startingAt: 0)
        while let batch = batches.nextBatch(), let labels = batch.labels {
          optimizer.learningRate = 0.05 * schedule.factor(at: step)
          let loss = model(batch.images).crossEntropy(labels)
          optimizer.zeroGrad()
          loss.backward()
          clipGradNorm(of: model.parameters(), maxNorm: 1)
          optimizer.step()
          losses.append(loss.item())
          step += 1
        }
      }
      let atFirst: Float = losses.prefix(6).reduce(0, +)
      let inTheEnd: Float = losses.suffix(6).reduce(0, +)
      #expect(inTheEnd < 0.6 * atFirst)

      let accuracy = withNoGrad {
        let batch = NoisyColors(count: 1, batchSize: 50, seed: 8).batch(epoch: 0, number: 0)
        return (model.eval()(batch.images).argmax(dim: 1) .== batch.labels!).to(.float32).mean().item(Float.self)
      }
      #expect(accuracy > 0.8)
    }
  }
}
