import Foundation

/// Data in PASCAL VOC's layout (Everingham et al., 2010): `Annotations/NAME.xml`, `JPEGImages/NAME.jpg`, and lists of names
/// in `ImageSets/Main/train.txt`, `val.txt` and `test.txt`.
///
/// Without lists, all annotations are one part. The classes are those that objects have, sorted by name. Coordinates are taken
/// as they are written, as torchvision does.
enum PascalVOC {
  /// The parts of a folder.
  ///
  /// - Throws: ``DatasetError``.
  static func splits(_ root: URL) throws -> DetectionSplits {
    let home = try home(in: root)
    let lists = try lists(in: home)
    let files = try lists.map { list in try list.names.map { try VOCFile(annotation($0, in: home)) } }
    let names = Set(files.joined().flatMap { $0.objects.map(\.className) }).sorted(by: naturallyPrecedes)
    let labels = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    let images = Dictionary(
      AnnotatedFiles.names(in: home.appendingPathComponent("JPEGImages")).filter(ImageListing.isImage)
        .map { (stem($0), $0) }
    ) { first, _ in first }
    var start = 0
    let parts = zip(lists, files).map { list, files in
      defer { start += files.count }
      let annotated = zip(list.names, files).enumerated().map { place, pair in
        let (name, file) = pair
        let image = images[name] ?? (images[stem(file.imageName)] ?? "\(name).jpg")
        return AnnotatedImage(
          file: home.appendingPathComponent("JPEGImages").appendingPathComponent(image), id: start + place,
          recordedSize: file.size, objects: file.objects(labelled: labels))
      }
      return DetectionDataset(images: annotated, classNames: names, split: list.split)
    }
    return try DetectionSplits(name: root.lastPathComponent, parts: parts, root: root)
  }

  /// The names of a part, without their endings.
  private struct List {
    let split: Split
    let names: [String]
  }

  /// The folder itself, or the only one in it that has annotations (`VOCdevkit/VOC2007`).
  private static func home(in root: URL) throws -> URL {
    var folders = [root]
    for _ in 0..<3 {
      let homes = folders.filter { ImageListing.isFolder($0.appendingPathComponent("Annotations")) }
      if homes.count == 1 { return homes[0] }
      if homes.count > 1 {
        throw DatasetError(
          root.path, "has annotations in \(homes.map(\.lastPathComponent).joined(separator: " and "))",
          fix: "name one of them: voc:\(homes[0].path)")
      }
      folders = folders.flatMap { folder in
        AnnotatedFiles.names(in: folder).prefix(100).map { folder.appendingPathComponent($0) }.filter(
          ImageListing.isFolder)
      }
    }
    throw DatasetError(root.path, "has no folder 'Annotations' with the XML files of PASCAL VOC")
  }

  private static func lists(in home: URL) throws -> [List] {
    let folder = home.appendingPathComponent("ImageSets/Main")
    let files = AnnotatedFiles.names(in: folder)
    let parts: [(String, Split)] = [("train", .train), ("val", .validation), ("test", .test)]
    let lists = try parts.filter { files.contains("\($0.0).txt") }.map { name, split in
      let file = folder.appendingPathComponent("\(name).txt")
      return List(split: split, names: try names(listedIn: file))
    }
    if !lists.isEmpty { return lists }
    let all = AnnotatedFiles.names(in: home.appendingPathComponent("Annotations")).filter { $0.hasSuffix(".xml") }
    guard !all.isEmpty else { throw DatasetError(home.path, "has no XML files in 'Annotations'") }
    return [List(split: .train, names: all.map(stem))]
  }

  private static func names(listedIn file: URL) throws -> [String] {
    let data = try AnnotatedFiles.data(of: file, limit: 64 << 20)
    return try String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
      // Lists of one class have a second column that tells whether the image shows it.
      guard let name = line.split(whereSeparator: \.isWhitespace).first else { return nil }
      return try AnnotatedFiles.relativePath(String(name), in: file, "the list")
    }
  }

  private static func annotation(_ name: String, in home: URL) -> URL {
    home.appendingPathComponent("Annotations").appendingPathComponent("\(name).xml")
  }

  /// A file's name without its ending.
  private static func stem(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
  }
}
