import FoveaData
import FoveaImaging
import FoveaModels
import Torch

/// A prediction with the reason that can be seen.
public struct Explanation {
  /// The best guess, or what was asked for.
  public let prediction: Prediction
  /// The image with what counted drawn over it.
  public let image: Image
  /// How it was found: `attention roll-out` or `Grad-CAM`.
  public let method: String
}

extension Classifier {
  /// What in an image speaks for a class: attention roll-out of a vision transformer, which is the same for every class,
  /// and Grad-CAM of a convolutional network.
  ///
  /// - Parameter index: the class; nil takes the most probable.
  /// - Throws: `TransformError` for an image that cannot be made an input; ``ExplanationError`` for a network that has
  ///   neither attention nor feature maps, or a class that there is not.
  public func explain(_ image: Image, class index: Int? = nil) throws -> Explanation {
    let guesses = try predict(image, top: configuration.classNames.count)
    guard let prediction = index.map({ index in guesses.first { $0.index == index } }) ?? guesses.first else {
      throw ExplanationError(
        problem: "there is no class \(index ?? 0); the classes are 0 to \(configuration.classNames.count - 1)")
    }
    let input = try networkInput(image).unsqueeze(0).to(device)
    let (map, method) = try map(of: input, class: prediction.index)
    return Explanation(
      prediction: prediction, image: Heatmap(map).drawn(over: image, seen: seenPart(of: image)), method: method)
  }

  private func map(of input: Tensor, class index: Int) throws -> (Tensor, String) {
    if let transformer = model as? VisionTransformer {
      return (AttentionRollout.map(of: transformer, images: input)[0], "attention roll-out")
    }
    guard let map = GradCAM.map(of: model, images: input, classes: [index]) else {
      throw ExplanationError(problem: "\(configuration.architecture) has no feature maps to explain it by")
    }
    return (map[0], "Grad-CAM")
  }

  /// The middle that is left of an image after the shorter edge was resized and the input's size cut out.
  private func seenPart(of image: Image) -> (x: Int, y: Int, width: Int, height: Int) {
    let input = configuration.input
    let edge = Double(min(image.width, image.height)) / Double(input.resize)
    var scale = (x: edge, y: edge)
    if case .exact(let size) = input.processor?.scaling {
      scale = (Double(image.width) / Double(size.width), Double(image.height) / Double(size.height))
    }
    let width = min(image.width, Int((Double(input.size.width) * scale.x).rounded()))
    let height = min(image.height, Int((Double(input.size.height) * scale.y).rounded()))
    return ((image.width - width) / 2, (image.height - height) / 2, width, height)
  }
}

/// Why a prediction cannot be explained.
public struct ExplanationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  public let problem: String

  public var description: String { problem }
}
