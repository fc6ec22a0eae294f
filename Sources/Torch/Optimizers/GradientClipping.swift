/// Shrinks all gradients by one factor so that their common 2-norm is at most `maxNorm` (Pascanu et al., "On the
/// difficulty of training recurrent neural networks", 2013).
///
/// - Returns: the norm before, as a tensor without dimensions; not finite where a gradient was not.
@discardableResult
public func clipGradNorm(of parameters: [Parameter], maxNorm: Double) -> Tensor {
  withNoGrad {
    let gradients = parameters.compactMap(\.grad)
    guard !gradients.isEmpty else { return Tensor.zeros([]) }
    let norm = Tensor.stack(gradients.foreachNorm()).square().sum().sqrt()
    gradients.foreachMul_((norm + 1e-6).reciprocal().mul_(maxNorm).clamp_(max: 1))
    return norm
  }
}

/// Limits every element of every gradient to `-limit...limit`.
public func clipGradValue(of parameters: [Parameter], limit: Double) {
  let gradients = parameters.compactMap(\.grad)
  if !gradients.isEmpty { withNoGrad { gradients.foreachClamp_(min: -limit, max: limit) } }
}
