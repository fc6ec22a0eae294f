/// Attention with several heads, each over a part of the channels (Vaswani et al., 2017). Sequences are `[N, T, width]`.
public final class MultiHeadAttention: Module {
  /// `[3 · width, width]`: queries, keys and values one after the other.
  public let inProjWeight: Parameter
  /// `[3 · width]`.
  public let inProjBias: Parameter?
  public let outProj: Linear

  public let width: Int
  public let heads: Int
  /// The probability of dropping an attention weight, in training.
  public let dropout: Double

  /// A layer with PyTorch's names and initial weights: Xavier's, biases zero.
  public init(_ width: Int, heads: Int, dropout: Double = 0, bias: Bool = true) {
    precondition(heads > 0 && width % heads == 0, "\(heads) heads must divide the width \(width)")
    self.width = width
    self.heads = heads
    self.dropout = dropout
    outProj = Linear(width, width, bias: bias)
    inProjWeight = Parameter([3 * width, width], .xavierUniform())
    inProjBias = bias ? Parameter([3 * width], .constant(0)) : nil
    outProj.bias?.initialize(.constant(0))
  }

  /// Attention of a sequence over itself.
  ///
  /// - Parameters:
  ///   - mask: added to the scores, or where boolean: false leaves a key out; broadcast to `[N, heads, T, T]`.
  ///   - isCausal: lets a step see only itself and those before.
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil, isCausal: Bool = false) -> Tensor {
    let parts = x.linear(inProjWeight, bias: inProjBias).chunk(3, dim: -1)
    guard parts.count == 3 else { return .placeholder }  // after a failure that a scope keeps
    return attend(parts[0], parts[1], parts[2], mask: mask, isCausal: isCausal)
  }

  /// Attention of queries `[N, T, width]` over keys and values `[N, S, width]`; returns `[N, T, width]`.
  ///
  /// - Parameters:
  ///   - mask: added to the scores, or where boolean: false leaves a key out; broadcast to `[N, heads, T, S]`.
  ///   - isCausal: lets a query see only keys at its own place and before.
  public func callAsFunction(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor? = nil, isCausal: Bool = false
  ) -> Tensor {
    func project(_ x: Tensor, _ part: Int) -> Tensor {
      x.linear(inProjWeight, bias: inProjBias, rows: part * width..<(part + 1) * width)
    }
    return attend(project(query, 0), project(key, 1), project(value, 2), mask: mask, isCausal: isCausal)
  }

  private func attend(_ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor?, isCausal: Bool) -> Tensor {
    let mixed = Tensor.scaledDotProductAttention(
      splitHeads(query), splitHeads(key), splitHeads(value), mask: mask, dropout: isTraining ? dropout : 0,
      isCausal: isCausal)
    return outProj(mixed.transpose(1, 2).flatten(from: 2))
  }

  /// `[N, T, width]` to `[N, heads, T, width / heads]`.
  private func splitHeads(_ x: Tensor) -> Tensor {
    x.reshape(x.shape[0], x.shape[1], heads, width / heads).transpose(1, 2)
  }
}
