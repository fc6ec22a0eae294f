// Training data-efficient image transformers & distillation through attention.
// Hugo Touvron, Matthieu Cord, Matthijs Douze, Francisco Massa, Alexandre Sablayrolles, Hervé Jégou, 2020.
// https://arxiv.org/abs/2012.12877

import Torch

extension VisionTransformer.Configuration {
  /// DeiT: a ViT with a second token, whose head learns from a teacher.
  ///
  /// - Parameter size: `.tiny`, `.small` or `.base`. (DeiT without distillation is a ViT that was trained otherwise.)
  public static func deit(_ size: Self) -> Self {
    var configuration = size
    configuration.distillation = .tokenAndHead
    return configuration
  }
}

extension VisionTransformer {
  /// DeiT's loss with hard distillation: half of it asks the class token for the label, half the distillation token for
  /// what the teacher takes the image for.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`.
  ///   - labels: `[N]`.
  ///   - teacher: the teacher's logits, `[N, classes]`.
  /// - Precondition: the network has a head for its distillation token.
  public func distillationLoss(_ images: Tensor, labels: Tensor, teacher: Tensor, labelSmoothing: Double = 0) -> Tensor
  {
    guard let headDist else { preconditionFailure("distillation needs a network with a distillation head") }
    let tokens = tokens(images)
    let ofLabels = head(tokens[.all, 0]).crossEntropy(labels, labelSmoothing: labelSmoothing)
    let ofTeacher = headDist(tokens[.all, 1]).crossEntropy(teacher.detach().argmax(dim: 1))
    return (ofLabels + ofTeacher) / 2
  }
}
