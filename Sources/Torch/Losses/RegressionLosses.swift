extension Operators {
  static let mseLoss = Op<Tensor, Tensor, Tensor, Reduction>("aten::mse_loss")
  static let l1Loss = Op<Tensor, Tensor, Tensor, Reduction>("aten::l1_loss")
  static let smoothL1Loss = Op<Tensor, Tensor, Tensor, Reduction, Double>("aten::smooth_l1_loss")
  static let huberLoss = Op<Tensor, Tensor, Tensor, Reduction, Double>("aten::huber_loss")
}

extension Tensor {
  /// The squared differences.
  public func mseLoss(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    Operators.mseLoss(self, target, reduction)
  }

  /// The absolute differences.
  public func l1Loss(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    Operators.l1Loss(self, target, reduction)
  }

  /// The absolute differences, less `beta / 2`; below `beta` a parabola that joins them: what detectors fit boxes with
  /// (Girshick, 2015).
  public func smoothL1Loss(_ target: Tensor, beta: Double = 1, reduction: Reduction = .mean) -> Tensor {
    Operators.smoothL1Loss(self, target, reduction, beta)
  }

  /// Half the squared differences; above `delta` the straight line that joins them: `delta` times
  /// ``smoothL1Loss(_:beta:reduction:)`` (Huber, 1964).
  public func huberLoss(_ target: Tensor, delta: Double = 1, reduction: Reduction = .mean) -> Tensor {
    Operators.huberLoss(self, target, reduction, delta)
  }
}
