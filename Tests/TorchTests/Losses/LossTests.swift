import Testing
import Torch

@Suite struct LossTests {
  struct LossCase: Sendable, CustomTestStringConvertible {
    let name: String
    let loss: @Sendable (_ x: Tensor, _ others: [Tensor], Reduction) -> Tensor

    init(_ name: String, _ loss: @escaping @Sendable (Tensor, [Tensor], Reduction) -> Tensor) {
      self.name = name
      self.loss = loss
    }

    var testDescription: String { name }
  }

  static let cases: [LossCase] = [
    LossCase("cross_entropy") { $0.crossEntropy($1[0], reduction: $2) },
    LossCase("cross_entropy_all") {
      $0.crossEntropy($1[0], weight: $1[1], ignoreIndex: 1, labelSmoothing: 0.1, reduction: $2)
    },
    LossCase("cross_entropy_soft") { $0.crossEntropy($1[0], weight: $1[1], reduction: $2) },
    LossCase("cross_entropy_2d") { $0.crossEntropy($1[0], reduction: $2) },
    LossCase("bce") { $0.binaryCrossEntropy($1[0], weight: $1[1], reduction: $2) },
    LossCase("bce_logits") {
      $0.binaryCrossEntropyWithLogits($1[0], weight: $1[1], positiveWeight: $1[2], reduction: $2)
    },
    LossCase("mse") { $0.mseLoss($1[0], reduction: $2) },
    LossCase("l1") { $0.l1Loss($1[0], reduction: $2) },
    LossCase("smooth_l1") { $0.smoothL1Loss($1[0], beta: 0.4, reduction: $2) },
    LossCase("huber") { $0.huberLoss($1[0], delta: 0.4, reduction: $2) },
    LossCase("focal") { $0.sigmoidFocalLoss($1[0], reduction: $2) },
    LossCase("dice") { $0.diceLoss($1[0], reduction: $2) },
  ]

  @Test(arguments: cases) func valuesAndGradientsAreThoseOfPyTorch(_ loss: LossCase) throws {
    let reference = try LayerReference()
    let others = reference.list("loss/\(loss.name)", "other")
    let x = try reference.tensor("loss/\(loss.name)/in").clone()
    x.requiresGrad = true
    for (name, reduction) in [("none", Reduction.none), ("mean", .mean), ("sum", .sum)] {
      expectClose(loss.loss(x, others, reduction), try reference.tensor("loss/\(loss.name)/\(name)"), name)
    }
    loss.loss(x, others, .mean).backward()
    expectClose(try #require(x.grad), try reference.tensor("loss/\(loss.name)/grad"), "gradient")
  }

  @Test func focalLossWithoutItsFactorsIsCrossEntropy() {
    let logits = Tensor([-2.0, 0.5, 3], shape: [3])
    let target = Tensor([0.0, 1, 1], shape: [3])
    let focal = logits.sigmoidFocalLoss(target, alpha: nil, gamma: 0)
    expectClose(focal, logits.binaryCrossEntropyWithLogits(target), "focal loss")
  }

  @Test func diceOfAPerfectAnswerIsZero() {
    let masks = Tensor([1.0, 0, 0, 1, 0, 0, 0, 0], shape: [1, 2, 4])
    expectClose(masks.diceLoss(masks, reduction: .none), .zeros([1, 2]), "dice loss")
  }

  @Test func aTargetOfAnotherShapeIsAnError() {
    #expect(throws: TorchError.self) {
      try withTorchErrors { Tensor.zeros([2, 3]).crossEntropy(Tensor([0, 1, 2])) }
    }
  }
}
