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
  /// - Throws: `TransformError` for an image that cannot be made an input.
  public func callAsFunction(_ images: [Tensor]) throws -> [Detections] {
    guard !images.isEmpty else { return [] }
    let inputs = try images.enumerated().map { index, image in
      let color = image.shape[0] == 1 ? image.expand([3, image.shape[1], image.shape[2]]) : image
      return try input.evaluation(Sample(image: color, name: "image \(index)")).image
    }
    let found = optimized.run {
      let list = ImageList(padding: inputs, toMultipleOf: DetectorInput.multiple)
      return model.detect(ImageList(list.images.to(device).contiguous(.channelsLast), sizes: list.sizes))
    }
    return zip(found, zip(images, inputs)).map { found, sizes in
      let (original, resized) = (sizes.0.shape, sizes.1.shape)
      let boxes = found.boxes.to(.float32).to(.cpu).scaled(
        x: Double(original[2]) / Double(resized[2]), y: Double(original[1]) / Double(resized[1]))
      return Detections(
        boxes: boxes, scores: found.scores.to(.float32).to(.cpu), labels: found.labels.to(.cpu))
    }
  }
}
