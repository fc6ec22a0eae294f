// End-to-End Object Detection with Transformers.
// Nicolas Carion, Francisco Massa, Gabriel Synnaeve, Nicolas Usunier, Alexander Kirillov, Sergey Zagoruyko, 2020.
// https://arxiv.org/abs/2005.12872
//
// Names of parameters as in the published weights, facebook/detr-resnet-50 for transformers.

import Torch

/// A detector without anchors and without suppression: each of a hundred queries becomes one object, or none.
///
/// ```swift
/// let model = DETR(ResNetFeatures(.resnet50, norm: .frozen, levels: 3..<4), classes: 22)
/// ```
public final class DETR: Module, ObjectDetector {
  /// How large the transformer is. The defaults are the paper's.
  public struct Size: Codable, Sendable, Hashable {
    public var width = 256
    public var heads = 8
    /// The width of the layers between two of ``width``.
    public var hidden = 2048
    public var encoderLayers = 6
    public var decoderLayers = 6
    /// The most objects that an image can have.
    public var queries = 100
    public var dropout = 0.1

    public init() {}
  }

  let model: DETRModel
  let classLabelsClassifier: Linear
  let bboxPredictor: BoxMLP
  /// What training makes small.
  public var loss: DETRLoss
  /// Objects that are less sure are dropped.
  public var scoreThreshold = 0.05

  /// - Parameter backbone: gives one map; usually ResNet's coarsest.
  public init(_ backbone: FeatureExtractor, classes: Int, size: Size = Size(), loss: DETRLoss = DETRLoss()) {
    precondition(classes > 0, "a detector has at least one class, not \(classes)")
    model = DETRModel(backbone, size)
    classLabelsClassifier = Linear(size.width, classes + 1)
    bboxPredictor = BoxMLP(size.width)
    self.loss = loss
  }

  /// The class after the last one is "no object".
  public var classes: Int { classLabelsClassifier.outputs - 1 }

  /// What the queries say after each layer of the decoder: logits `[N, Q, classes + 1]` and boxes `[N, Q, 4]`, in parts of
  /// each image's own sides.
  public func predictions(_ images: ImageList) -> [(logits: Tensor, boxes: Boxes<CXCYWH>)] {
    model(images).map { (classLabelsClassifier($0), Boxes(bboxPredictor($0).sigmoid())) }
  }

  /// `loss_ce`, `loss_bbox` and `loss_giou`, each with its weight; over all layers of the decoder where the loss says so.
  public func losses(_ images: ImageList, _ targets: [DetectionTarget]) -> DetectionLosses {
    precondition(targets.count == images.sizes.count, "\(targets.count) targets for \(images.sizes.count) images")
    let goals = zip(targets, images.sizes).map { target, size in
      (boxes: target.boxes.normalized(width: size.width, height: size.height).cxcywh, labels: target.labels)
    }
    return loss(predictions(images), goals)
  }

  public func freeze(stages count: Int) { model.backbone.freeze(stages: count) }

  public func detect(_ images: ImageList) -> [Detections] {
    guard let (logits, boxes) = predictions(images).last else { return [] }
    let (scores, labels) = logits.softmax(dim: 2)[dim: 2, 0..<classes].max(dim: 2)
    return images.sizes.enumerated().map { image, size in
      let pixels = Boxes<CXCYWH>(boxes.values[image]).xyxy
        .scaled(x: Double(size.width), y: Double(size.height)).clipped(width: size.width, height: size.height)
      let all = Detections(boxes: pixels, scores: scores[image], labels: labels[image])
      return all[all.scores.argsort(descending: true)].surer(than: scoreThreshold)
    }
  }
}

extension Detections {
  fileprivate func surer(than threshold: Double) -> Detections { self[scores .> threshold] }
}

/// The backbone and the transformer.
final class DETRModel: Module {
  let backbone: FeatureExtractor
  let inputProjection: Conv2d
  let queryPositionEmbeddings: Embedding
  let encoder: DETREncoder
  let decoder: DETRDecoder
  private let width: Int

  override class var checkpointKeys: [String: String] { ["backbone": "backbone.conv_encoder.model"] }

  init(_ backbone: FeatureExtractor, _ size: DETR.Size) {
    precondition(size.width % 4 == 0, "positions take a width that 4 divides, not \(size.width)")
    self.backbone = backbone
    width = size.width
    inputProjection = Conv2d(backbone.channels[backbone.channels.count - 1], size.width, kernel: 1)
    queryPositionEmbeddings = Embedding(size.queries, size.width)
    encoder = DETREncoder(size)
    decoder = DETRDecoder(size)
    super.init()
    for case (_, let linear as Linear) in encoder.namedModules() + decoder.namedModules() {
      linear.weight.initialize(.xavierUniform())
      linear.bias?.initialize(.constant(0))
    }
  }

  func callAsFunction(_ images: ImageList) -> [Tensor] {
    let maps = backbone(images.images)
    let map = inputProjection(maps[maps.count - 1])
    let mask = images.mask(height: map.shape[2], width: map.shape[3]).to(map.device)
    let positions = sinePositions(mask, width: width, dtype: map.dtype).flatten(from: 1, to: 2)
    let keys = mask.flatten(from: 1).unsqueeze(1).unsqueeze(1)
    let image = encoder(map.flatten(from: 2).transpose(1, 2), positions: positions, mask: keys)
    let queries = queryPositionEmbeddings.weight.value.unsqueeze(0)
      .expand([images.sizes.count] + queryPositionEmbeddings.weight.value.shape.sizes)
    return decoder(queries: queries, image: image, positions: positions, mask: keys)
  }
}

/// Three linear layers from a query to its box.
final class BoxMLP: Module {
  let layers: [Linear]

  init(_ width: Int) { layers = [Linear(width, width), Linear(width, width), Linear(width, 4)] }

  func callAsFunction(_ x: Tensor) -> Tensor { layers[2](layers[1](layers[0](x).relu()).relu()) }
}

extension ImageList {
  /// `[N, height, width]`: for the pixels of a map of that size, whether the image is there; the nearest pixel decides.
  func mask(height: Int, width: Int) -> Tensor {
    func positions(_ count: Int, _ padded: Int) -> Tensor {
      (Tensor.arange(count).to(.float32) * (Double(padded) / Double(count))).floor().to(.int64)
    }
    let rows = positions(height, paddedSize.height).reshape(1, -1, 1)
    let columns = positions(width, paddedSize.width).reshape(1, 1, -1)
    return (rows .< Tensor(sizes.map(\.height), shape: [sizes.count, 1, 1]))
      .&& (columns .< Tensor(sizes.map(\.width), shape: [sizes.count, 1, 1]))
  }
}
