import Foundation
import FoveaImaging

/// Data in the layout of YOLO (Redmon et al., 2016, and its successors): beside each folder `images` one `labels`, with a text
/// file each image, whose lines are `class cx cy width height` in parts of the image's sides.
///
/// The folders are `images/train` and `labels/train`, or `train/images` and `train/labels`. Classes are named by `data.yaml`
/// (`names: [cat, dog]`), or by the lines of `classes.txt`, `obj.names` or `labels/classes.txt`; else by their numbers. A line
/// with more numbers is an outline, `class x1 y1 x2 y2 …`; the box around it is taken. An image without a text file shows
/// nothing.
enum YOLOFolder {
  /// The parts of a folder.
  ///
  /// - Throws: ``DatasetError``.
  static func splits(_ root: URL) throws -> DetectionSplits {
    let folders = imageFolders(in: root)
    guard !folders.isEmpty else {
      throw DatasetError(
        root.path, "has neither images/train nor train/images", fix: "lay the images out as images/train, images/val")
    }
    var parts = try folders.map { split, folder in (split, try images(in: folder, root: root)) }
    let names = try ClassList.names(in: root) ?? numbers(used: parts.flatMap(\.1))
    for part in parts.indices {
      for image in parts[part].1.indices {
        for object in parts[part].1[image].objects.indices {
          let number = Int(parts[part].1[image].objects[object].className) ?? -1
          guard names.indices.contains(number) else { continue }
          parts[part].1[image].objects[object].label = number
          parts[part].1[image].objects[object].className = names[number]
        }
      }
    }
    return try DetectionSplits(
      name: root.lastPathComponent,
      parts: parts.map { DetectionDataset(images: $1, classNames: names, split: $0) }, root: root)
  }

  private static func numbers(used images: [AnnotatedImage]) -> [String] {
    let highest = images.flatMap(\.objects).compactMap { Int($0.className) }.max() ?? -1
    return (0..<min(max(highest + 1, 0), 10_000)).map(String.init)
  }

  /// The folders of images, that of the training part first.
  private static func imageFolders(in root: URL) -> [(Split, URL)] {
    let names: [(Split, [String])] = [
      (.train, ["train", "training"]), (.validation, ["val", "valid", "validation"]), (.test, ["test"]),
    ]
    let parts = names.compactMap { split, names in
      names.flatMap { ["images/\($0)", "\($0)/images"] }.map { root.appendingPathComponent($0) }
        .first(where: ImageListing.isFolder).map { (split, $0) }
    }
    let whole = root.appendingPathComponent("images")
    return parts.isEmpty && ImageListing.isFolder(whole) ? [(.train, whole)] : parts
  }

  private static func images(in folder: URL, root: URL) throws -> [AnnotatedImage] {
    var images: [AnnotatedImage] = []
    for part in try ImageListing.folders(below: folder) {
      for name in part.files {
        let file = folder.appendingPathComponent(part.path).appendingPathComponent(name).standardizedFileURL
        var image = AnnotatedImage(file: file, id: images.count)
        // The text tells parts of the image's sides. If they are not known the audit says why.
        if image.measure().allSatisfy({ $0.kind != .unreadableImage }), let size = image.size {
          image.objects = try objects(labels(of: file, below: root), size: size)
        }
        images.append(image)
      }
    }
    guard !images.isEmpty else { throw DatasetError(folder.path, "holds no images") }
    return images
  }

  /// The text file of an image: `images` becomes `labels`, the ending `txt`.
  private static func labels(of image: URL, below root: URL) -> URL {
    var parts = image.deletingPathExtension().appendingPathExtension("txt").pathComponents
    let base = root.standardizedFileURL.pathComponents.count
    if let place = parts.lastIndex(of: "images"), place >= base { parts[place] = "labels" }
    return URL(fileURLWithPath: NSString.path(withComponents: parts))
  }

  private static func objects(_ file: URL, size: ImageSize) throws -> [AnnotatedObject] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    let text = String(decoding: try AnnotatedFiles.data(of: file, limit: 16 << 20), as: UTF8.self)
    return try text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .compactMap { number, line in
        let fields = line.split(whereSeparator: \.isWhitespace)
        if fields.isEmpty { return nil }
        let values = fields.dropFirst().compactMap { Double($0) }
        guard let label = Int(fields[0]), values.count == fields.count - 1, isBoxOrOutline(values.count) else {
          throw DatasetError(
            file.path, "line \(number + 1) is '\(line.prefix(80))'",
            fix: "a line is 'class cx cy width height', in parts of the image's sides")
        }
        return object(label, values, size: size, name: "line \(number + 1)")
      }
  }

  private static func isBoxOrOutline(_ count: Int) -> Bool { count == 4 || (count >= 6 && count % 2 == 0) }

  private static func object(_ label: Int, _ values: [Double], size: ImageSize, name: String) -> AnnotatedObject {
    let (width, height) = (Double(size.width), Double(size.height))
    var sides = [
      values[0] - values[2] / 2, values[1] - values[3] / 2, values[0] + values[2] / 2, values[1] + values[3] / 2,
    ]
    if values.count > 4 {
      let x = stride(from: 0, to: values.count, by: 2).map { values[$0] }
      let y = stride(from: 1, to: values.count, by: 2).map { values[$0] }
      sides = [x.min() ?? 0, y.min() ?? 0, x.max() ?? 0, y.max() ?? 0]
    }
    return AnnotatedObject(
      left: sides[0] * width, top: sides[1] * height, right: sides[2] * width, bottom: sides[3] * height,
      className: "\(label)", label: nil, name: name)
  }
}
