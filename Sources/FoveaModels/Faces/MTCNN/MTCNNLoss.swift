import Torch

/// What the samples of MTCNN's training are (section III of the paper).
public enum MTCNNSampleKind: Int, Sendable {
  /// Overlaps no face by 0.3: trains the decision only.
  case negative = 0
  /// Overlaps a face by 0.65: trains decision and box.
  case positive = 1
  /// Overlaps a face by 0.4 to 0.65: trains the box only.
  case part = 2
  /// A face with labelled landmarks: trains these only.
  case landmark = 3
}

/// The three losses of an MTCNN network in one sum, each over the samples that it is for.
public struct MTCNNLoss: Sendable, Hashable {
  /// The weight of the decision whether a window is a face.
  public var faceWeight = 1.0
  /// The weight of the box.
  public var boxWeight = 0.5
  /// The weight of the landmarks: 0.5, and 1 for O-Net.
  public var landmarkWeight = 0.5
  /// The share of the hardest decisions of a batch that gradients come from.
  public var hardShare = 0.7

  public init(landmarkWeight: Double = 0.5) { self.landmarkWeight = landmarkWeight }

  /// - Parameters:
  ///   - output: of `N` windows of the network's own size (P-Net's, on 12 x 12, is taken as `[N, ...]`).
  ///   - kinds: `[N]`, ``MTCNNSampleKind`` by its number.
  ///   - offsets: `[N, 4]`; read for positives and parts.
  ///   - landmarks: `[N, 10]`; read for landmark samples.
  public func callAsFunction(_ output: MTCNNOutput, kinds: Tensor, offsets: Tensor, landmarks: Tensor? = nil) -> Tensor
  {
    let logits = output.logits.flatten(from: 1)
    let decides = kinds .<= MTCNNSampleKind.positive.rawValue
    var loss = logits.sum() * 0
    if Bool(decides.any()) {
      let losses = logits[decides].crossEntropy(kinds[decides], reduction: .none)
      loss = loss + losses.topK(max(1, Int(Double(losses.count) * hardShare))).values.mean() * faceWeight
    }
    let hasBox = (kinds .== MTCNNSampleKind.positive.rawValue) .|| (kinds .== MTCNNSampleKind.part.rawValue)
    if Bool(hasBox.any()) {
      loss = loss + output.offsets.flatten(from: 1)[hasBox].mseLoss(offsets[hasBox]) * boxWeight
    }
    let isLandmark = kinds .== MTCNNSampleKind.landmark.rawValue
    if let found = output.landmarks, let landmarks, Bool(isLandmark.any()) {
      loss = loss + found[isLandmark].mseLoss(landmarks[isLandmark]) * landmarkWeight
    }
    return loss
  }
}
