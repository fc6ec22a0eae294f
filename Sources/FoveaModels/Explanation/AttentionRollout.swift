// Quantifying Attention Flow in Transformers.
// Samira Abnar, Willem Zuidema, 2020. https://arxiv.org/abs/2005.00928

import Torch

/// Which patches the class token of a vision transformer has heard of, through all blocks.
public enum AttentionRollout {
  /// The weights of attention, the mean over heads, followed from block to block. Half of each step is the token itself,
  /// for the path around the attention.
  ///
  /// - Parameter images: `[N, C, H, W]`, normalised.
  /// - Returns: how much each patch counts, `[N, rows, columns]`, 0...1 in each image.
  public static func map(of model: VisionTransformer, images: Tensor) -> Tensor {
    let wasTraining = model.isTraining
    model.eval()
    defer { model.train(wasTraining) }
    let details = withNoGrad { model.details(of: images) }
    let flow = rollout(details.attentions)
    let patches = flow[.all, 0, details.prefixTokens...].reshape(-1, details.rows, details.columns)
    let low = patches.amin(dims: [1, 2], keepDim: true)
    let high = patches.amax(dims: [1, 2], keepDim: true)
    return (patches - low) / (high - low).clamp(min: .double(1e-12))
  }

  /// How much of each token (column) has reached each (row) after the last block: `[N, T, T]`, each row adds up to 1.
  ///
  /// - Parameter attentions: of each block from the first on, `[N, heads, T, T]`.
  public static func rollout(_ attentions: [Tensor]) -> Tensor {
    precondition(!attentions.isEmpty, "there is no attention to follow")
    let tokens = attentions[0].shape[3]
    let itself = Tensor.eye(tokens, dtype: attentions[0].dtype, device: attentions[0].device)
    return attentions.reduce(itself.unsqueeze(0)) { flow, attention in
      ((attention.mean(dims: [1]) + itself) / 2).matmul(flow)
    }
  }
}
