// Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization.
// Ramprasaath R. Selvaraju, Michael Cogswell, Abhishek Das, Ramakrishna Vedantam, Devi Parikh, Dhruv Batra, 2016.
// https://arxiv.org/abs/1610.02391

import Torch

/// Where in an image a convolutional network sees what speaks for a class.
public enum GradCAM {
  /// The channels of the last feature map, each weighted by how much the class's logit grows with it, summed up; what
  /// speaks against the class is left out.
  ///
  /// The last feature map is the output of the last layer that still has rows and columns. The network is run in
  /// evaluation mode, and keeps no gradients.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, normalised.
  ///   - classes: whose evidence is looked for, one an image; nil takes the most probable.
  /// - Returns: `[N, rows, columns]`, 0...1 in each image; nil for a network without feature maps.
  public static func map(of model: Layer, images: Tensor, classes: [Int]? = nil) -> Tensor? {
    let wasTraining = model.isTraining
    model.eval()
    defer { model.train(wasTraining) }
    guard let (features, logits) = lastFeatureMap(of: model, images: images) else { return nil }
    let chosen = classes.map { Tensor($0) } ?? logits.detach().argmax(dim: 1)
    let scores = logits.gather(dim: 1, chosen.to(logits.device).unsqueeze(1)).sum()
    guard let gradient = gradients(of: [scores], for: [features])[0] else { return nil }
    let weights = gradient.mean(dims: [2, 3], keepDim: true)
    let map = (features.detach() * weights).sum(dim: 1).relu()
    return map / map.amax(dims: [1, 2], keepDim: true).clamp(min: .double(1e-12))
  }

  /// Runs the network, and watches its layers for the last map of features.
  private static func lastFeatureMap(of model: Layer, images: Tensor) -> (features: Tensor, logits: Tensor)? {
    let layers = model.namedModules().compactMap { $0.module as? Layer }
    let hooks = layers.map(\.forwardHook)
    defer { for (layer, hook) in zip(layers, hooks) { layer.forwardHook = hook } }
    var last: Tensor?
    for layer in layers {
      layer.forwardHook = { _, output in
        if output.rank == 4, output.shape[2] > 1 || output.shape[3] > 1 { last = output }
      }
    }
    // An input that wants a gradient gives the features one too where every weight is frozen.
    let input = images.detach()
    input.requiresGrad = true
    let logits = withGrad { model(input) }
    guard let last else { return nil }
    return (last, logits)
  }
}
