import Torch

/// A standard ResNet whose classifier's place is taken by a linear layer to the embedding. Its keys are torchvision's, so
/// published ResNet weights can be its start (all but `fc`).
public final class ResNetEmbedder: Layer, FaceEmbedder {
  private let network: ResNet
  public var isNormalized = true

  public override class var checkpointKeys: [String: String] { ["network": ""] }

  /// A network with fresh weights.
  public init(_ variant: ResNet.Variant, inputChannels: Int = 3, embeddingSize: Int = 512) {
    network = ResNet(variant, classes: embeddingSize, inputChannels: inputChannels)
  }

  public var embeddingSize: Int { network.head.outputs }

  public override func forward(_ x: Tensor) -> Tensor { finished(network(x)) }
}
