// DINOv2: Learning Robust Visual Features without Supervision.
// Maxime Oquab, Timothée Darcet, Théo Moutakanni et al., 2023. https://arxiv.org/abs/2304.07193
//
// Registers: Vision Transformers Need Registers. Timothée Darcet, Maxime Oquab, Julien Mairal, Piotr Bojanowski, 2023.
// https://arxiv.org/abs/2309.16588

extension VisionTransformer.Configuration {
  /// DINOv2: patches of 14 pixels, scaled branches, and features that serve without further training: the class token for
  /// nearest neighbours, it and the mean of the patches for a linear probe.
  ///
  /// - Parameters:
  ///   - size: `.small`, `.base` or `.large`. (The giant has another kind of block, which is not here.)
  ///   - registers: 0, or 4 as published.
  public static func dinov2(_ size: Self, registers: Int = 0) -> Self {
    var configuration = size
    configuration.imageSize = 518
    configuration.patchSize = 14
    configuration.layerScale = 1
    configuration.registers = registers
    configuration.antialiasesPositions = registers > 0
    configuration.pooling = .classTokenAndMeanOfPatches
    return configuration
  }
}
