import Foundation
import Torch

/// Handwritten digits: 60,000 training and 10,000 test images, grey, 28 x 28 (LeCun, Cortes and Burges, 1998).
public enum MNIST {
  public static let classNames = (0...9).map(String.init)

  /// Loads the set, from `folder` if it is given, else from the data folder, where it is downloaded to first.
  ///
  /// - Throws: ``DownloadError``, or ``DatasetError`` for a file that is damaged.
  public static func load(
    _ split: Split, from folder: URL? = nil, progress: ProgressHandler? = nil
  ) throws -> TensorDataset {
    try files.load(split, from: folder, progress: progress)
  }

  private static let mirrors = [
    "https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/",
  ]

  static let files = IDXFiles(
    name: "mnist", title: "MNIST", classNames: classNames, systemFolder: nil, mirrors: mirrors,
    checksums: [
      "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
      "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
      "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
      "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    ])
}

/// Articles of Zalando's catalogue: 60,000 training and 10,000 test images, grey, 28 x 28 (Xiao, Rasul and Vollgraf, 2017).
public enum FashionMNIST {
  public static let classNames = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]

  /// Loads the set: from `folder` if it is given; else from Debian's package `dataset-fashion-mnist` where that is
  /// installed; else from the data folder, where it is downloaded to first.
  ///
  /// - Throws: ``DownloadError``, or ``DatasetError`` for a file that is damaged.
  public static func load(
    _ split: Split, from folder: URL? = nil, progress: ProgressHandler? = nil
  ) throws -> TensorDataset {
    try files.load(split, from: folder, progress: progress)
  }

  private static let mirrors = [
    "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  ]

  static let files = IDXFiles(
    name: "fashion-mnist", title: "Fashion-MNIST", classNames: classNames,
    systemFolder: "/usr/share/datasets/fashion-mnist", mirrors: mirrors,
    checksums: [
      "train-images-idx3-ubyte.gz": "8d4fb7e6c68d591d4c3dfef9ec88bf0d",
      "train-labels-idx1-ubyte.gz": "25c81989df183df01b3e8a0aad5dffbe",
      "t10k-images-idx3-ubyte.gz": "bef4ecab320f06d8554ea6380940ec79",
      "t10k-labels-idx1-ubyte.gz": "bb300cfdad3c16e7a12a480ee83cd310",
    ])
}

/// The four files of a set in MNIST's format, and where they come from.
struct IDXFiles: Sendable {
  let name: String
  let title: String
  let classNames: [String]
  let systemFolder: String?
  let mirrors: [String]
  /// MD5, by file name.
  let checksums: [String: String]

  func load(_ split: Split, from folder: URL?, progress: ProgressHandler?) throws -> TensorDataset {
    guard split != .validation else {
      throw DatasetError(title, "is published without a validation set", fix: "hold out a part of the training set")
    }
    let prefix = split == .train ? "train" : "t10k"
    let imageFile = try locate("\(prefix)-images-idx3-ubyte", in: folder, progress: progress)
    let labelFile = try locate("\(prefix)-labels-idx1-ubyte", in: folder, progress: progress)
    let images = try IDX(imageFile, rank: 3)
    let labels = try IDX(labelFile, rank: 1)
    guard labels.shape[0] == images.shape[0] else {
      throw DatasetError(
        labelFile.path, "has \(labels.shape[0]) labels for \(images.shape[0]) images",
        fix: "delete both files and download them again")
    }
    if let index = labels.elements.firstIndex(where: { Int($0) >= classNames.count }) {
      throw DatasetError(labelFile.path, "label \(labels.elements[index]) of image \(index) is not in 0...9")
    }
    return TensorDataset(
      images: Tensor(images.elements, shape: [images.shape[0], 1, images.shape[1], images.shape[2]]),
      labels: labels.elements.map(Int.init), classNames: classNames, split: split, name: title)
  }

  private func locate(_ file: String, in folder: URL?, progress: ProgressHandler?) throws -> URL {
    if let folder {
      if let place = Self.find(file, in: folder) { return place }
      throw DatasetError(folder.path, "has no \(file).gz", fix: "name the folder with the four files of \(title)")
    }
    if let systemFolder, let place = Self.find(file, in: URL(fileURLWithPath: systemFolder)) { return place }
    let urls = mirrors.map { $0 + file + ".gz" }
    guard let md5 = checksums[file + ".gz"] else { throw DatasetError(file, "has no checksum") }
    return try PublishedFile(urls: urls, checksum: .md5(md5))
      .download(into: DataFolder.root.appendingPathComponent(name), progress: progress)
  }

  /// The file, packed or not, under its name or as some copies spell it (`train-images.idx3-ubyte`).
  private static func find(_ file: String, in folder: URL) -> URL? {
    let spellings = [file, file.replacingOccurrences(of: "-idx", with: ".idx")]
    return spellings.flatMap { [$0 + ".gz", $0] }
      .map { folder.appendingPathComponent($0) }
      .first { FileManager.default.fileExists(atPath: $0.path) }
  }
}
