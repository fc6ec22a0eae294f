import FoveaData
import FoveaModels
import Torch

/// From images as they come to objects in their own pixels: the one way in which a detector is evaluated and used.
public final class DetectionPipeline {
  /// The network, in evaluation mode. It finds objects in its optimized form, so changes come too late.
  public let model: any ObjectDetector
  /// How images become its input.
  public let input: DetectorInput
  /// Where it runs.
  public let device: Device
  private let optimized: OptimizedModule

  public init(_ model: any ObjectDetector, input: DetectorInput, device: Device = .cpu) {
    self.model = model
    self.input = input
    self.device = device
    model.to(device).to(.channelsLast)
    optimized = model.optimized()
  }

  /// The objects in each image `[C, H, W]`, `uint8`, RGB or grey, in pixels of that image.
  ///
  /// - Parameter names: what messages call the images; by default `image 0` and so on.
  /// - Throws: `TransformError` for an image that cannot be made an input; ``TrainingError/data(_:)`` that names image and box
  ///   where the model answers with numbers that are not finite.
  public func callAsFunction(_ images: [Tensor], names: [String] = []) throws -> [Detections] {
    precondition(names.isEmpty || names.count == images.count, "\(names.count) names for \(images.count) images")
    guard !images.isEmpty else { return [] }
    let names = names.isEmpty ? images.indices.map { "image \($0)" } : names
    let inputs = try zip(images, names).map { image, name in
      let color = image.shape[0] == 1 ? image.expand([3, image.shape[1], image.shape[2]]) : image
      return try input.evaluation(Sample(image: color, name: name)).image
    }
    let found = optimized.run {
      let list = ImageList(padding: inputs, toMultipleOf: input.multiple)
      return model.detect(ImageList(list.images.to(device).contiguous(.channelsLast), sizes: list.sizes))
    }
    return try zip(zip(found, names), zip(images, inputs)).map { item, sizes in
      let (found, name) = item
      let (original, resized) = (sizes.0.shape, sizes.1.shape)
      let boxes = found.boxes.to(.float32).to(.cpu).scaled(
        x: Double(original[2]) / Double(resized[2]), y: Double(original[1]) / Double(resized[1]))
      let detections = Detections(
        boxes: boxes, scores: found.scores.to(.float32).to(.cpu), labels: found.labels.to(.cpu))
      try detections.requireFinite(in: name)
      return detections
    }
  }
}

extension Detections {
  /// Throws if a side of a box, or a score, is not a finite number.
  fileprivate func requireFinite(in image: String) throws {
    let isFinite = boxes.values.isFinite().all(dim: 1) .&& scores.isFinite()
    guard let place = isFinite.array(Bool.self).firstIndex(of: false) else { return }
    throw TrainingError.data(
      "\(image), box \(place): the model answers \(boxes.values[place].array(Double.self)) with a score of "
        + "\(Double(scores[place])); its weights, or what it makes of them, are not finite numbers")
  }
}
