import Foundation
import FoveaImaging
import Torch

/// Images with boxes around the objects in them, from a COCO, PASCAL VOC or YOLO data set.
///
/// Images are decoded as they are asked for: `uint8` `[3, H, W]`. Crowds are left out of samples, as detectors do not learn
/// from them; ``annotation(at:)`` has them for an evaluation.
public struct DetectionDataset: AnnotatedDataset {
  public let classNames: [String]
  public let split: Split
  /// What was wrong with the annotations when the set was opened, and was dropped or clipped.
  public let faults: [AnnotationFault]
  private let images: [AnnotatedImage]

  /// A set of images that have been listed.
  ///
  /// - Parameter faults: what is known to be wrong with them.
  public init(images: [AnnotatedImage], classNames: [String], split: Split, faults: [AnnotationFault] = []) {
    self.images = images
    self.classNames = classNames
    self.split = split
    self.faults = faults
  }

  public var count: Int { images.count }

  /// The images have no class: the objects in them have.
  public func label(at index: Int) -> Int? { nil }

  public func annotation(at index: Int) -> AnnotatedImage { images[index] }

  /// Reads an image with its boxes and their classes.
  ///
  /// - Throws: `ImageError` for a file that cannot be decoded, ``DatasetError`` for one that has changed its size.
  public subscript(index: Int) -> Sample {
    get throws {
      let annotation = images[index]
      let image = try Image(contentsOf: annotation.file, mode: .rgb)
      if let size = annotation.size, size != ImageSize(height: image.height, width: image.width) {
        throw DatasetError(
          annotation.file.path, "is \(image.width)x\(image.height), but was \(size.width)x\(size.height)",
          fix: "open the data set anew")
      }
      let objects = annotation.objects.filter { !$0.isCrowd }
      let labels = try objects.map { object in
        guard let label = object.label else {
          throw DatasetError(annotation.file.path, "\(object.name) is of the unknown class '\(object.className)'")
        }
        return label
      }
      let sides = objects.flatMap { [Float($0.left), Float($0.top), Float($0.right), Float($0.bottom)] }
      return Sample(
        image: image.tensor, boxes: Boxes(Tensor(sides, shape: [objects.count, 4])), boxLabels: Tensor(labels),
        index: index, name: annotation.file.path)
    }
  }
}
