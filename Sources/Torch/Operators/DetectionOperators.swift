extension Operators {
  static let batchedNMS = Op<Tensor, Tensor, Tensor, Tensor, Double>("fovea::batched_nms")
  static let nms = Op<Tensor, Tensor, Tensor, Double>("fovea::nms")
  static let roiAlign = Op<Tensor, Tensor, Tensor, Double, Int, Int, Int, Bool>("fovea::roi_align")
}

extension Boxes where Format == XYXY {
  /// Non-maximum suppression: goes through the boxes by falling score, and drops each that overlaps one kept before by
  /// more than `threshold` (intersection over union).
  ///
  /// A box of which a number is NaN overlaps nothing, and stays.
  ///
  /// - Parameters:
  ///   - scores: `[B]`.
  ///   - groups: `[B]`, whole numbers; only boxes of the same one (class, level, image) drop each other. Nil for one group.
  /// - Returns: which boxes stay, `[K]`, `int64`, the best first; equal scores in the order in which they came.
  public func nms(scores: Tensor, groups: Tensor? = nil, threshold: Double) -> Tensor {
    // The kernel is the CPU's.
    let (boxes, ranked) = (values.detach().to(.cpu), scores.detach().to(.cpu))
    let kept =
      if let groups {
        Operators.batchedNMS(boxes, ranked, groups.to(.cpu), threshold)
      } else {
        Operators.nms(boxes, ranked, threshold)
      }
    return kept.to(values.device)
  }
}

extension Tensor {
  /// Features of regions in one size: each region of these images `[N, C, H, W]` is cut into `size` x `size` bins, and a
  /// bin is the mean of bilinear samples in it (RoIAlign; He et al., 2017, https://arxiv.org/abs/1703.06870).
  ///
  /// Gradients go to the images, not to the regions. A point outside of the image counts as zero.
  ///
  /// - Parameters:
  ///   - regions: `[K, 5]`: the image's place in the batch, then left, top, right, bottom.
  ///   - scale: what takes the regions' coordinates to this tensor's pixels: 0.25 for features of stride 4.
  ///   - samplingRatio: samples a bin in each direction; 0 takes as many as there are pixels.
  ///   - aligned: takes pixels' centres to be at half numbers, as Detectron2 does; torchvision's detectors do not.
  /// - Returns: `[K, C, size, size]`.
  public func roiAlign(
    _ regions: Tensor, size: Int, scale: Double = 1, samplingRatio: Int = 0, aligned: Bool = false
  ) -> Tensor {
    Operators.roiAlign(self, regions, scale, size, size, samplingRatio, aligned)
  }
}
