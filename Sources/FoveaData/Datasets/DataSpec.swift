import Foundation
import Torch

/// A data set in one word, as the command line and recipes name it: `cifar10`, `folder:~/pictures`.
///
/// `NAME` alone is found or downloaded; `NAME:PATH` is read from a folder.
public struct DataSpec: Sendable, Hashable, CustomStringConvertible {
  /// What a spec can name.
  public enum Kind: String, Sendable, CaseIterable {
    case fashionMNIST = "fashion-mnist"
    case mnist = "mnist"
    case cifar10 = "cifar10"
    case cifar100 = "cifar100"
    case cifar100Coarse = "cifar100-coarse"
    case folder = "folder"
    case imageNet = "imagenet"
    case coco = "coco"
    case voc = "voc"
    case yolo = "yolo"
    case cppe5 = "cppe5"
    case people = "people"
    case lfw = "lfw"
    case lfwFunneled = "lfw-funneled"
    case lfwDeepFunneled = "lfw-deepfunneled"
    case scenes = "scenes"
    case cocoCaptions = "coco-captions"
    case flickr8k = "flickr8k"
    case flickr30k = "flickr30k"
    case captions = "captions"

    /// What it is, in a line.
    public var summary: String {
      switch self {
      case .fashionMNIST: "70,000 grey 28x28 images of clothes, 10 classes (Debian's dataset-fashion-mnist, or 30 MB)"
      case .mnist: "70,000 grey 28x28 images of digits, 10 classes (11 MB)"
      case .cifar10: "60,000 32x32 photographs, 10 classes (162 MB)"
      case .cifar100: "60,000 32x32 photographs, 100 classes (161 MB)"
      case .cifar100Coarse: "CIFAR-100 with its 20 groups of classes"
      case .folder: "folder:PATH: your images, a folder each class, below train/val/test or alone"
      case .imageNet: "imagenet:PATH: ImageNet's layout, a folder each synset below train and val"
      case .coco: "coco:PATH: boxes in COCO's format: a folder with annotations/*.json, or one .json file"
      case .voc: "voc:PATH: boxes in PASCAL VOC's: Annotations/*.xml, JPEGImages, ImageSets/Main"
      case .yolo: "yolo:PATH: boxes in YOLO's: images/train, labels/train, data.yaml"
      case .cppe5: "1,029 photographs of medical protective equipment with boxes, 5 classes (230 MB)"
      case .people: "people:PATH: photographs of people, a folder each, or a list of 'path person'; for faces"
      case .lfw: "Labeled Faces in the Wild: 13,233 photographs of 5,749 people (180 MB)"
      case .lfwFunneled: "LFW, aligned by funneling (243 MB)"
      case .lfwDeepFunneled: "LFW, aligned by deep funneling (109 MB)"
      case .scenes: "scenes[:N]: N generated 64x64 images of coloured shapes with sentences (8000; no download)"
      case .cocoCaptions: "coco-captions:PATH: COCO Captions, 2017 or 2014, or Karpathy's splits"
      case .flickr8k: "flickr8k:PATH: Flickr8k's captions, its lists or Karpathy's splits"
      case .flickr30k: "flickr30k:PATH: Flickr30k's captions, or Karpathy's splits"
      case .captions: "captions:PATH: your images, each with a .txt beside it, or a captions.csv"
      }
    }

    /// Whether it is nothing without a path.
    public var needsPath: Bool {
      [.folder, .imageNet, .coco, .voc, .yolo, .people, .cocoCaptions, .flickr8k, .flickr30k, .captions].contains(self)
    }

    /// Whether it has boxes around objects.
    public var hasBoxes: Bool { [.coco, .voc, .yolo, .cppe5].contains(self) }
  }

  /// Which set.
  public let kind: Kind
  /// The folder that it is read from.
  public let path: String?

  public init(_ kind: Kind, path: String? = nil) {
    self.kind = kind
    self.path = path
  }

  /// Reads `NAME[:PATH]`.
  ///
  /// - Throws: ``DataSpecError`` that names the nearest set there is.
  public init(_ text: String) throws(DataSpecError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let kind = Kind(rawValue: parts[0]) else {
      throw .unknown(parts[0], nearest: nearestName(to: parts[0], in: Kind.allCases.map(\.rawValue)))
    }
    let path = parts.count > 1 ? parts[1] : nil
    if path?.isEmpty ?? kind.needsPath { throw .missingPath(kind.rawValue) }
    self.init(kind, path: path)
  }

  /// The same set by an absolute path, where it has one, so that it is found from any working folder.
  public var absolute: DataSpec { kind == .scenes ? self : DataSpec(kind, path: folder?.path) }

  public var description: String { path.map { "\(kind.rawValue):\($0)" } ?? kind.rawValue }

  /// Finds or downloads the set, and opens its parts.
  ///
  /// Images of a folder that are all of one size and fit into a gigabyte are decoded into memory at once.
  ///
  /// - Parameters:
  ///   - validationFraction: how much of the training set is held out where there is no validation set; 0 for nothing.
  ///   - seed: decides which samples those are.
  ///   - annotations: what is done about boxes that are wrong, where the set has boxes.
  /// - Throws: ``DownloadError``, ``ArchiveError``, ``DatasetError``, ``AnnotationError`` or `ImageError`, each with the file.
  public func load(
    validationFraction: Double = 0.1, seed: UInt64 = 0, annotations: FaultPolicy = .fail,
    progress: ProgressHandler? = nil
  ) throws -> DataSplits {
    guard (0..<1).contains(validationFraction) else {
      throw DatasetError(description, "cannot hold out a fraction of \(validationFraction)", fix: "use 0 to 0.99")
    }
    switch kind {
    case .coco, .voc, .yolo, .cppe5:
      return try detectionSplits(progress: progress).checked(annotations).holdingOut(validationFraction, seed: seed)
    case .folder:
      return try ImageFolder.splits(existing(folder), validationFraction: validationFraction, seed: seed)
    case .imageNet:
      return try ImageNet.splits(existing(folder)).holdingOut(validationFraction, seed: seed)
    case .people, .lfw, .lfwFunneled, .lfwDeepFunneled:
      let people = try faces(heldOut: validationFraction, seed: seed, progress: progress)
      return DataSplits(name: people.name, train: people.train, validation: people.unseen)
    case .scenes:
      let count = path.map { Int($0) ?? 0 } ?? 8000
      guard (1...10_000_000).contains(count) else {
        throw DatasetError(description, "has no number of scenes behind the colon", fix: "write scenes:8000")
      }
      return Scenes.splits(count: count, seed: seed)
    case .cocoCaptions:
      return try COCOCaptions.splits(existing(folder)).holdingOut(validationFraction, seed: seed)
    case .flickr8k, .flickr30k:
      return try FlickrCaptions.splits(existing(folder)).holdingOut(validationFraction, seed: seed)
    case .captions:
      return try CaptionFolder.splits(existing(folder)).holdingOut(validationFraction, seed: seed)
    default:
      let train = try part(.train, from: folder, progress: progress)
      let test = try part(.test, from: folder, progress: progress)
      return DataSplits(name: kind.rawValue, train: train, test: test).holdingOut(validationFraction, seed: seed)
    }
  }

  /// Looks at every annotation of the set; one audit a part.
  ///
  /// - Throws: ``DatasetError`` for a set without boxes, and what ``load(validationFraction:seed:annotations:progress:)``
  ///   throws but ``AnnotationError``.
  public func audit(progress: ProgressHandler? = nil) throws -> [AnnotationAudit] {
    guard kind.hasBoxes else {
      let names = Kind.allCases.filter(\.hasBoxes).map(\.rawValue).joined(separator: ", ")
      throw DatasetError(description, "has no boxes that could be looked at", fix: "these have: \(names)")
    }
    return try detectionSplits(progress: progress).all.map { AnnotationAudit(of: $0) }
  }

  private func detectionSplits(progress: ProgressHandler?) throws -> DetectionSplits {
    switch kind {
    case .coco: try COCO.splits(existing(folder, orFile: true))
    case .voc: try PascalVOC.splits(existing(folder))
    case .yolo: try YOLOFolder.splits(existing(folder))
    default: try CPPE5.splits(from: folder, progress: progress)
    }
  }

  /// Where the set is read from, if a path was given.
  var folder: URL? { path.map { URL(fileURLWithPath: NSString(string: $0).expandingTildeInPath) } }

  private func part(_ split: Split, from folder: URL?, progress: ProgressHandler?) throws -> TensorDataset {
    switch kind {
    case .mnist: try MNIST.load(split, from: folder, progress: progress)
    case .fashionMNIST: try FashionMNIST.load(split, from: folder, progress: progress)
    case .cifar10: try CIFAR10.load(split, from: folder, progress: progress)
    case .cifar100: try CIFAR100.load(split, from: folder, progress: progress)
    case .cifar100Coarse: try CIFAR100.load(split, labels: .coarse, from: folder, progress: progress)
    default: throw DatasetError(description, "is not published in parts")
    }
  }

  private func existing(_ folder: URL?, orFile: Bool = false) throws -> URL {
    guard let folder else { throw DataSpecError.missingPath(kind.rawValue) }
    let isFile = orFile && FileManager.default.fileExists(atPath: folder.path)
    guard isFile || ImageListing.isFolder(folder) else {
      throw DatasetError(folder.path, "there is no such folder" + (orFile ? " or file" : ""))
    }
    return folder
  }
}

/// What is wrong with the name of a data set.
public enum DataSpecError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no such set.
  case unknown(String, nearest: String?)
  /// The set needs a folder, or none stands behind the colon.
  case missingPath(String)

  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "there is no data set '\(name)'; " + (nearest.map { "did you mean '\($0)'? There are" } ?? "there are")
        + ": \(DataSpec.Kind.allCases.map(\.rawValue).joined(separator: ", "))"
    case .missingPath(let name): "'\(name)' needs a folder: write \(name):PATH"
    }
  }
}
