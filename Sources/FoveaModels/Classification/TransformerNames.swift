extension ClassifierArchitecture {
  /// A ViT or DeiT by timm's name, `{vit|deit}_{tiny|small|base|large}_patchP_S` or `deit_..._distilled_patchP_S`: patches of P
  /// pixels in images of S. Nil for other names, and for images smaller than a patch.
  static func transformer(named name: String) -> ClassifierArchitecture? {
    guard let parts = name.wholeMatch(of: #/(vit|deit)_(tiny|small|base|large)(_distilled)?_patch(\d{1,4})_(\d{1,4})/#)
    else { return nil }
    let sizes: [Substring: VisionTransformer.Configuration] = [
      "tiny": .tiny, "small": .small, "base": .base, "large": .large,
    ]
    guard let size = sizes[parts.2], let patch = Int(parts.4), let side = Int(parts.5), patch > 0, side >= patch else {
      return nil
    }
    let (isDeiT, isDistilled) = (parts.1 == "deit", parts.3 != nil)
    guard isDeiT || !isDistilled else { return nil }
    var configuration: VisionTransformer.Configuration = isDistilled ? .deit(size) : size
    (configuration.patchSize, configuration.imageSize) = (patch, side)
    return vit(
      name, configuration, patch: patch, size: side, pixels: isDeiT ? .imageNet : .half,
      configuration.parameterCount(classes: 1000))
  }
}

extension VisionTransformer.Configuration {
  /// The numbers in the parameters of a network of these numbers, without registers and layer scales, with queries, keys and
  /// values that have a bias.
  func parameterCount(classes: Int) -> Int {
    let embedding = inputChannels * patchSize * patchSize * width + width
    let tokens = (2 * prefixTokens + gridSize * gridSize) * width
    let norm = 2 * width
    let attention = 4 * (width * width + width)
    let layers = 2 * width * hiddenWidth + hiddenWidth + width
    let heads = (distillation == .tokenAndHead ? 2 : 1) * (featureWidth * classes + classes)
    return embedding + tokens + depth * (2 * norm + attention + layers) + norm + heads
  }
}
