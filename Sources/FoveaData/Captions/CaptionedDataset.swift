/// A set of images with sentences that describe them.
public protocol CaptionedDataset: Dataset {
  /// The sentences of an image, without reading it: one or more, in the order of the data.
  func captions(at index: Int) -> [String]
}

extension Subset: CaptionedDataset where Base: CaptionedDataset {
  public func captions(at index: Int) -> [String] { base.captions(at: indices[index]) }
}

extension CaptionedDataset {
  /// Every sentence of the set.
  public var allCaptions: [String] { (0..<count).flatMap(captions) }
}
