import Foundation
import FoveaImaging
import Testing

@testable import FoveaData

extension Scratch {
  /// Writes a PNG of one colour.
  @discardableResult
  func image(_ path: String, width: Int, height: Int) throws -> URL {
    let file = try write(path, [] as [UInt8])
    try Image(width: width, height: height, color: .white).write(to: file)
    return file
  }

  /// Writes a COCO file: images `[id, name, width, height]`, boxes `[image, category, x, y, width, height]`.
  @discardableResult
  func coco(
    _ path: String, images: [(Int, String, Int, Int)], boxes: [(Int, Int, [Double])],
    categories: [(Int, String)] = [(1, "cat"), (2, "dog")]
  ) throws -> URL {
    let images = images.map { #"{"id": \#($0.0), "file_name": "\#($0.1)", "width": \#($0.2), "height": \#($0.3)}"# }
    let boxes = boxes.enumerated().map { number, box in
      #"{"id": \#(number + 100), "image_id": \#(box.0), "category_id": \#(box.1), "bbox": \#(box.2), "iscrowd": 0}"#
    }
    let categories = categories.map { #"{"id": \#($0.0), "name": "\#($0.1)"}"# }
    let text =
      "{\"images\": [\(images.joined(separator: ", "))], \"annotations\": [\(boxes.joined(separator: ", "))], "
      + "\"categories\": [\(categories.joined(separator: ", "))]}"
    return try write(path, text)
  }

  /// Writes a PASCAL VOC file: boxes of a class each.
  @discardableResult
  func voc(_ path: String, size: (Int, Int), boxes: [(String, [Double])]) throws -> URL {
    let objects = boxes.map { name, box in
      "<object><name>\(name)</name><bndbox><xmin>\(box[0])</xmin><ymin>\(box[1])</ymin><xmax>\(box[2])</xmax>"
        + "<ymax>\(box[3])</ymax></bndbox><part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>"
    }
    return try write(
      path,
      "<?xml version=\"1.0\"?>\n<annotation><filename>x.png</filename><size><width>\(size.0)</width>"
        + "<height>\(size.1)</height><depth>3</depth></size>\(objects.joined())</annotation>")
  }
}

/// The boxes of a sample, side by side.
func sides(_ sample: Sample) -> [Float] { sample.boxes?.values.array() ?? [] }
