import Torch

extension Transform where Self == Transforms {
  /// The usual training on photographs: a random part of the image at `size`, flipped every other time, normalised.
  ///
  /// The base recipe of torchvision's classification references. Stronger ones insert ``RandAugment`` or
  /// ``TrivialAugmentWide`` before the last step and add ``RandomErasing`` after it.
  public static func imageNetTraining(size: ImageSize = 224) -> Transforms {
    [RandomResizedCrop(size), RandomHorizontalFlip(), Normalize(.imageNet)]
  }

  /// What published ImageNet weights are evaluated with: the shorter edge to `resize`, the middle `size`, normalised.
  ///
  /// - Parameter resize: 256 for most weights; each model's card says.
  public static func imageNetEvaluation(size: ImageSize = 224, resize: Int = 256) -> Transforms {
    [Resize(.shortestEdge(resize)), CenterCrop(size), Normalize(.imageNet)]
  }
}

extension BatchTransform where Self == BatchTransforms {
  /// The usual training on CIFAR (He et al., 2015, section 4.2): 4 pixels of border, a random 32 x 32, flipped every other
  /// time, normalised.
  public static func cifarTraining(_ statistics: ChannelStatistics = .cifar10) -> BatchTransforms {
    [RandomCrop(32, padding: 4), RandomHorizontalFlip(), Normalize(statistics)]
  }

  /// What CIFAR is evaluated with: normalised, else as it is.
  public static func cifarEvaluation(_ statistics: ChannelStatistics = .cifar10) -> BatchTransforms {
    [Normalize(statistics)]
  }
}
