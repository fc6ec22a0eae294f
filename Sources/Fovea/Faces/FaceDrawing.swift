import FoveaImaging
import FoveaModels
import Torch

extension Image {
  /// This image with a box around each face, its probability or a name, and its landmarks.
  ///
  /// - Parameter names: what is written at each face in place of its probability.
  /// - Precondition: there are as many names as faces, or none.
  /// - Throws: `ImageError` if the image is too large to be drawn on.
  public func drawing(faces: [DetectedFace], names: [String] = []) throws -> Image {
    precondition(names.isEmpty || names.count == faces.count, "\(names.count) names for \(faces.count) faces")
    guard !faces.isEmpty else { return self }
    let boxes = Tensor(faces.flatMap { $0.box.map(Float.init) }, shape: [faces.count, 4])
    let drawn = try converted(to: .rgb).drawing(
      boxes: boxes, classes: names.isEmpty ? [] : Array(faces.indices), names: names,
      scores: names.isEmpty ? faces.map(\.probability) : [])
    let points = faces.flatMap { $0.landmarks.joined().map(Float.init) }
    guard points.count == faces.count * 10 else { return drawn }
    return try drawn.drawing(keypoints: Tensor(points, shape: [faces.count, 5, 2]))
  }
}
