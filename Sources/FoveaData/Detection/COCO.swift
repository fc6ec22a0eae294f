import Foundation

/// Data in COCO's format (Lin et al., 2014), as COCO itself has it, or Roboflow, CVAT and Label Studio write it.
///
/// Known layouts: `annotations/instances_train2017.json` with `train2017/` beside; `annotations/train.json` with `images/`;
/// `train/_annotations.coco.json` with the images beside it; or a single `.json` file. Other parts get the classes of the
/// training part, by name.
enum COCO {
  /// The parts of a folder, or one part of a file.
  ///
  /// - Throws: ``DatasetError``.
  static func splits(_ root: URL, name: String? = nil) throws -> DetectionSplits {
    let name = name ?? root.deletingPathExtension().lastPathComponent
    let listings =
      try ImageListing.isFolder(root) ? listings(in: root) : [Listing(file: root, root: root, split: .train)]
    var parts: [DetectionDataset] = []
    var classNames: [String]?
    for listing in listings {
      let file = try COCOFile(listing.file)
      let names = classNames ?? file.classNames
      classNames = names
      parts.append(try listing.dataset(file, classNames: names))
    }
    return try DetectionSplits(name: name, parts: parts, root: root)
  }

  /// An annotation file and what it is for.
  private struct Listing {
    let file: URL
    let root: URL
    let split: Split

    func dataset(_ annotations: COCOFile, classNames: [String]) throws -> DetectionDataset {
      let paths = try annotations.images.enumerated().map { place, entry in
        try AnnotatedFiles.relativePath(entry.file_name, in: file, "images[\(place)]")
      }
      guard let first = paths.first else { throw DatasetError(file.path, "lists no images") }
      // Any image will do: the first may be one of those that are missing.
      guard let folder = paths.lazy.compactMap({ AnnotatedFiles.folder(of: imageFolders, with: $0) }).first else {
        let others = paths.count > 1 ? " and \(paths.count - 1) more, none of which" : ", which"
        throw DatasetError(
          file.path, "lists '\(first)'\(others) is in one of \(imageFolders.map(\.path).joined(separator: ", "))",
          fix: "lay the images beside the file, or in a folder 'images'")
      }
      let (images, faults) = annotations.images(
        at: paths.map { folder.appendingPathComponent($0) }, file: file, classNames: classNames)
      return DetectionDataset(images: images, classNames: classNames, split: split, faults: faults)
    }

    /// Where images may be: beside the file, or in a folder called like the part.
    private var imageFolders: [URL] {
      let home = file.deletingLastPathComponent()
      let part = file.deletingPathExtension().lastPathComponent.split(separator: "_").last.map(String.init) ?? ""
      let base = home.lastPathComponent == "annotations" ? home.deletingLastPathComponent() : home
      let names = [part, split.rawValue, split == .validation ? "val" : split.rawValue]
      return [home]
        + [base, home].flatMap { folder in
          names.flatMap { [folder.appendingPathComponent($0), folder.appendingPathComponent("images/\($0)")] }
            + [folder.appendingPathComponent("images"), folder]
        }
    }
  }

  /// The annotation files of a folder, that of the training part first.
  private static func listings(in root: URL) throws -> [Listing] {
    var found: [Listing] = []
    for folder in candidates(root) {
      let names = AnnotatedFiles.names(in: folder).filter { $0.lowercased().hasSuffix(".json") }
      // Beside the boxes, COCO has files of captions and key points for the same images.
      let boxes = names.filter { $0.hasPrefix("instances_") }
      for name in boxes.isEmpty ? names : boxes {
        guard let split = DetectionSplits.split(named: name) ?? DetectionSplits.split(named: folder.lastPathComponent)
        else { continue }
        let listing = Listing(file: folder.appendingPathComponent(name), root: root, split: split)
        if let other = found.first(where: { $0.split == split }) {
          throw DatasetError(
            root.path, "has two \(split.rawValue) parts, \(other.file.lastPathComponent) and \(name)",
            fix: "name one of them: coco:\(listing.file.path)")
        }
        found.append(listing)
      }
      if !found.isEmpty && folder.lastPathComponent == "annotations" { break }
    }
    guard !found.isEmpty else {
      throw DatasetError(
        root.path,
        "has no annotation files such as annotations/instances_train2017.json, annotations/train.json or "
          + "train/_annotations.coco.json", fix: "name the file itself: coco:PATH/FILE.json")
    }
    let order: [Split] = [.train, .validation, .test]
    return found.sorted { (order.firstIndex(of: $0.split) ?? 0) < (order.firstIndex(of: $1.split) ?? 0) }
  }

  /// The folders that may hold annotation files; archives often have one more folder around all.
  private static func candidates(_ root: URL) -> [URL] {
    let inner = AnnotatedFiles.names(in: root).map { root.appendingPathComponent($0) }.filter(ImageListing.isFolder)
    return [root.appendingPathComponent("annotations")] + inner.map { $0.appendingPathComponent("annotations") } + [
      root
    ]
      + inner.filter { DetectionSplits.split(named: $0.lastPathComponent) != nil }
  }
}

/// CPPE-5 (Dagli and Shaikh, 2021): 1,000 training and 29 test photographs of medical protective equipment, 5 classes.
enum CPPE5 {
  /// The parts of the set, from `folder` if it is given, else from the data folder, where it is downloaded to first.
  ///
  /// - Throws: ``DownloadError``, ``ArchiveError`` or ``DatasetError``.
  static func splits(from folder: URL? = nil, progress: ProgressHandler? = nil) throws -> DetectionSplits {
    if let folder { return try COCO.splits(folder, name: "cppe5") }
    let home = DataFolder.root.appendingPathComponent("cppe5")
    let archive = try file.download(into: home, progress: progress)
    let unpacked = home.appendingPathComponent("dataset")
    try Archive(archive).unpack(to: unpacked)
    return try COCO.splits(unpacked, name: "cppe5")
  }

  private static let file = PublishedFile(
    urls: [
      "https://github.com/Rishit-dagli/CPPE-Dataset/releases/download/v0.1.0/dataset.tar.gz",
      "https://storage.googleapis.com/cppe-5/dataset.tar.gz",
    ],
    checksum: .md5("f4e043f983cff94ef82ef7d57a879212"))
}
