import Foundation
import Torch

/// A linear classifier on embeddings that stay as they are: how good they are is judged by it.
///
/// ```swift
/// let probe = LinearProbe(classes: 10)
/// model.head = probe.fit(training)    // the backbone, with a head that was learned in seconds
/// ```
public struct LinearProbe: Sendable {
  /// The number of classes.
  public var classes: Int
  /// How strongly weights are pulled to zero: the factor of half their squared length, beside the mean loss.
  public var l2 = 1e-4
  /// Steps of gradient descent, each over all samples.
  public var steps = 500
  /// AdamW's highest learning rate.
  public var learningRate = 0.05

  public init(classes: Int) { self.classes = classes }

  /// Learns it: multinomial logistic regression, which has one best answer.
  ///
  /// The embeddings' dimensions are brought to mean 0 and deviation 1 while it learns, which is then taken into the layer.
  ///
  /// - Returns: a layer from embeddings `[N, D]` to logits `[N, classes]`.
  public func fit(_ examples: Embeddings) -> Linear {
    let mean = examples.features.mean(dims: [0])
    let deviation = (examples.features - mean).square().mean(dims: [0]).sqrt().clamp(min: .double(1e-6))
    let inputs = (examples.features - mean) / deviation
    let layer = Linear(inputs.shape[1], classes)
    layer.setTrainable(true)
    layer.weight.initialize(.constant(0))
    layer.bias?.initialize(.constant(0))
    let optimizer = AdamW(layer, learningRate: learningRate, weightDecay: 0)
    let schedule = CosineSchedule(steps: steps)
    for step in 0..<steps {
      optimizer.learningRate = learningRate * schedule.factor(at: step)
      optimizer.zeroGrad()
      let penalty = layer.weight.value.square().sum() * (l2 / 2)
      (layer(inputs).crossEntropy(examples.labels) + penalty).backward()
      optimizer.step()
    }
    optimizer.zeroGrad()
    withNoGrad {
      let weight = layer.weight.value / deviation
      if let bias = layer.bias?.value { bias.copy_(bias - weight.matmul(mean)) }
      layer.weight.value.copy_(weight)
    }
    return layer
  }
}
