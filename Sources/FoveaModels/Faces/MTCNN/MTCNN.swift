// Joint Face Detection and Alignment using Multi-task Cascaded Convolutional Networks.
// Kaipeng Zhang, Zhanpeng Zhang, Zhifeng Li, Yu Qiao, 2016. https://arxiv.org/abs/1604.02878

import Foundation
import Torch

/// A face in a photograph, in pixels from the top left.
public struct DetectedFace: Sendable, Hashable, Codable {
  /// Left, top, right, bottom; it may reach beyond the photograph.
  public let box: [Double]
  /// How probable it is that this is a face, 0...1.
  public let probability: Double
  /// x and y of the left eye, the right eye, the nose and the left and right corners of the mouth, as seen by the viewer.
  public let landmarks: [[Double]]

  public init(box: [Double], probability: Double, landmarks: [[Double]]) {
    precondition(box.count == 4 && landmarks.allSatisfy { $0.count == 2 }, "a box has four sides, a landmark x and y")
    self.box = box
    self.probability = probability
    self.landmarks = landmarks
  }

  /// The area of the box in square pixels.
  public var area: Double { max(0, box[2] - box[0]) * max(0, box[3] - box[1]) }
}

/// Finds faces and their landmarks: a small network proposes windows at many scales, a larger one refines them, and the
/// largest decides and finds the landmarks.
///
/// ```swift
/// let detector = try MTCNN(contentsOf: URL(filePath: "mtcnn"))   // pnet.pt, rnet.pt, onet.pt
/// for face in detector.detect(image.tensor) { print(face.box, face.probability) }
/// ```
/// Boxes, landmarks and probabilities are those of facenet-pytorch.
public final class MTCNN: Module {
  public let pnet = PNet()
  public let rnet = RNet()
  public let onet = ONet()

  /// What is asked of a detection.
  public struct Options: Sendable, Hashable, Codable {
    /// The shorter side of the smallest face that is searched for, in pixels.
    public var minimumSize = 20
    /// The probabilities that a window needs to pass the three networks.
    public var thresholds = [0.6, 0.7, 0.7]
    /// By how much each level of the pyramid is smaller than the one before.
    public var pyramidFactor = 0.709

    public init() {}
  }

  /// What is asked of a detection.
  public var options = Options()

  /// The faces in a photograph, the largest first.
  ///
  /// - Parameter image: `[3, H, W]`, RGB, 0...255; `uint8` or floating point.
  public func detect(_ image: Tensor) -> [DetectedFace] {
    precondition(image.rank == 3 && image.shape[0] == 3, "an image of shape \(image.shape); it is [3, H, W]")
    precondition(options.minimumSize > 0 && options.thresholds.count == 3, "MTCNN's options make no sense")
    precondition((0.1..<0.99).contains(options.pyramidFactor), "a pyramid by a factor of \(options.pyramidFactor)")
    return withNoGrad {
      let pixels = image.to(.float32).unsqueeze(0)
      var boxes = proposals(pixels)
      boxes = refined(boxes, in: pixels)
      return faces(boxes, in: pixels)
    }
  }

  /// Windows `[K, 4]` where P-Net sees a face, at any scale.
  private func proposals(_ image: Tensor) -> Tensor {
    let (height, width) = (image.shape[2], image.shape[3])
    var scale = 12 / Double(options.minimumSize)
    var shortest = Double(min(height, width)) * scale
    var found: [Tensor] = []  // [K, 9]: a box, its score, and by how much its sides are to move
    while shortest >= 12 {
      let size = (Int(Double(height) * scale + 1), Int(Double(width) * scale + 1))
      let level = windows(image.adaptiveAvgPool2d(size.0, size.1), scale: scale)
      found.append(level.kept(above: 0.5, .union))
      scale *= options.pyramidFactor
      shortest *= options.pyramidFactor
    }
    guard !found.isEmpty else { return .zeros([0, 4]) }
    let boxes = Tensor.cat(found).kept(above: 0.7, .union)
    let extent = boxes[0..., 2..<4] - boxes[0..., 0..<2]
    return (boxes[0..., 0..<4] + boxes[0..., 5..<9] * Tensor.cat([extent, extent], dim: 1)).squared
  }

  /// The windows of one level that P-Net takes for faces, `[K, 9]`, in the photograph's pixels.
  private func windows(_ level: Tensor, scale: Double) -> Tensor {
    let output = pnet(level.asMTCNNInput)
    let probability = output.probability[0]  // [H, W]
    let isFace = probability .>= options.thresholds[0]
    let cells = isFace.nonzero()  // [K, 2]: y, x
    let corner = cells.flip(1).to(.float32) * 2
    let low = ((corner + 1) / scale).floor()
    let high = ((corner + 12) / scale).floor()
    let offsets = output.offsets[0].permute(1, 2, 0)[isFace]
    return Tensor.cat([low, high, probability[isFace].unsqueeze(1), offsets], dim: 1)
  }

  /// The windows `[K, 4]` that R-Net also takes for faces, moved as it says.
  private func refined(_ boxes: Tensor, in image: Tensor) -> Tensor {
    let (boxes, crops) = image.crops(boxes, side: 24)
    guard let crops else { return boxes }
    let output = inBatches(crops) { self.rnet($0) }
    let passed = (output.probability .> options.thresholds[1]).nonzero().flatten()
    let candidates = Tensor.cat([boxes, output.probability.unsqueeze(1), output.offsets], dim: 1)
      .indexSelect(dim: 0, passed)
    let kept = candidates.kept(above: 0.7, .union)
    return kept[0..., 0..<4].moved(by: kept[0..., 5..<9]).squared
  }

  /// What O-Net makes of the windows.
  private func faces(_ boxes: Tensor, in image: Tensor) -> [DetectedFace] {
    let (boxes, crops) = image.crops(boxes, side: 48)
    guard let crops else { return [] }
    let output = inBatches(crops) { self.onet($0) }
    let passed = (output.probability .> options.thresholds[2]).nonzero().flatten()
    let windows = boxes.indexSelect(dim: 0, passed)
    let offsets = output.offsets.indexSelect(dim: 0, passed)
    let scores = output.probability.indexSelect(dim: 0, passed)
    guard let places = output.landmarks?.indexSelect(dim: 0, passed) else { return [] }

    let extent = windows[0..., 2..<4] - windows[0..., 0..<2] + 1
    let x = extent[0..., 0..<1] * places[0..., 0..<5] + windows[0..., 0..<1] - 1
    let y = extent[0..., 1..<2] * places[0..., 5..<10] + windows[0..., 1..<2] - 1
    let kept = Tensor.cat([windows.moved(by: offsets), scores.unsqueeze(1), x, y], dim: 1).kept(above: 0.7, .smaller)
    let rows = kept.unbind().map { $0.array(Double.self) }
    let faces = rows.map { row in
      DetectedFace(
        box: Array(row[0..<4]), probability: row[4], landmarks: (0..<5).map { [row[5 + $0], row[10 + $0]] })
    }
    return faces.sorted { $0.area > $1.area }
  }

  /// A network's output for many windows, some hundreds at a time, so that memory stays bounded.
  private func inBatches(_ crops: Tensor, _ network: (Tensor) -> MTCNNOutput) -> MTCNNOutput {
    let outputs = crops.split(512).map { network($0.asMTCNNInput) }
    let landmarks = outputs.compactMap(\.landmarks)
    return MTCNNOutput(
      logits: .cat(outputs.map(\.logits)), offsets: .cat(outputs.map(\.offsets)),
      landmarks: landmarks.isEmpty ? nil : .cat(landmarks))
  }
}

extension Tensor {
  /// Pixels 0...255 as the networks were trained on them.
  fileprivate var asMTCNNInput: Tensor { (self - 127.5) * 0.0078125 }

  /// Of rows that begin with a box and its score, those that no better one overlaps by more than `limit`.
  fileprivate func kept(above limit: Float, _ overlap: OverlapMeasure) -> Tensor {
    let indices = keptBoxes(
      self[0..., 0..<4].array(Float.self), scores: self[0..., 4].array(Float.self), above: limit, overlap)
    return indexSelect(dim: 0, Tensor(indices))
  }

  /// Boxes `[K, 4]` with their sides moved by shares of width and height.
  fileprivate func moved(by offsets: Tensor) -> Tensor {
    let extent = self[0..., 2..<4] - self[0..., 0..<2] + 1
    return self + offsets * Tensor.cat([extent, extent], dim: 1)
  }

  /// Boxes `[K, 4]` made square around their middles, as high and wide as their longer side.
  fileprivate var squared: Tensor {
    let extent = self[0..., 2..<4] - self[0..., 0..<2]
    let side = extent.amax(dims: [1], keepDim: true)
    let corner = self[0..., 0..<2] + extent * 0.5 - side * 0.5
    return Tensor.cat([corner, corner + side], dim: 1)
  }

  /// The parts of this image `[1, 3, H, W]` in boxes `[K, 4]`, each averaged down (or up) to a square; boxes that lie
  /// outside are left out.
  fileprivate func crops(_ boxes: Tensor, side: Int) -> (boxes: Tensor, crops: Tensor?) {
    let (height, width) = (shape[2], shape[3])
    var inside: [Int] = []
    var parts: [Tensor] = []
    let sides = boxes.array(Double.self)
    for index in 0..<boxes.shape[0] {
      let box = sides[(4 * index)..<(4 * index + 4)].map { $0.isFinite ? Swift.max(-1e9, Swift.min(1e9, $0)) : -1e9 }
      let (left, top) = (Swift.max(Int(box[0]), 1) - 1, Swift.max(Int(box[1]), 1) - 1)
      let (right, bottom) = (Swift.min(Int(box[2]), width), Swift.min(Int(box[3]), height))
      guard right > left, bottom > top else { continue }
      inside.append(index)
      parts.append(self[0..., 0..., top..<bottom, left..<right].adaptiveAvgPool2d(side, side))
    }
    return (boxes.indexSelect(dim: 0, Tensor(inside)), parts.isEmpty ? nil : Tensor.cat(parts))
  }
}
