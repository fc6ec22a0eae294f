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
      }
    }

    /// Whether it is nothing without a path.
    public var needsPath: Bool { self == .folder || self == .imageNet }
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

  public var description: String { path.map { "\(kind.rawValue):\($0)" } ?? kind.rawValue }

  /// Finds or downloads the set, and opens its parts.
  ///
  /// Images of a folder that are all of one size and fit into a gigabyte are decoded into memory at once.
  ///
  /// - Parameters:
  ///   - validationFraction: how much of the training set is held out where there is no validation set; 0 for nothing.
  ///   - seed: decides which samples those are.
  /// - Throws: ``DownloadError``, ``ArchiveError``, ``DatasetError``, or `ImageError`, each with the file.
  public func load(
    validationFraction: Double = 0.1, seed: UInt64 = 0, progress: ProgressHandler? = nil
  ) throws -> DataSplits {
    guard (0..<1).contains(validationFraction) else {
      throw DatasetError(description, "cannot hold out a fraction of \(validationFraction)", fix: "use 0 to 0.99")
    }
    let folder = path.map { URL(fileURLWithPath: NSString(string: $0).expandingTildeInPath, isDirectory: true) }
    switch kind {
    case .folder:
      return try ImageFolder.splits(existing(folder), validationFraction: validationFraction, seed: seed)
    case .imageNet:
      return try ImageNet.splits(existing(folder)).holdingOut(validationFraction, seed: seed)
    default:
      let train = try part(.train, from: folder, progress: progress)
      let test = try part(.test, from: folder, progress: progress)
      return DataSplits(name: kind.rawValue, train: train, test: test).holdingOut(validationFraction, seed: seed)
    }
  }

  private func part(_ split: Split, from folder: URL?, progress: ProgressHandler?) throws -> TensorDataset {
    switch kind {
    case .mnist: try MNIST.load(split, from: folder, progress: progress)
    case .fashionMNIST: try FashionMNIST.load(split, from: folder, progress: progress)
    case .cifar10: try CIFAR10.load(split, from: folder, progress: progress)
    case .cifar100: try CIFAR100.load(split, from: folder, progress: progress)
    case .cifar100Coarse: try CIFAR100.load(split, labels: .coarse, from: folder, progress: progress)
    case .folder, .imageNet: throw DatasetError(description, "is not published in parts")
    }
  }

  private func existing(_ folder: URL?) throws -> URL {
    guard let folder else { throw DataSpecError.missingPath(kind.rawValue) }
    guard ImageListing.isFolder(folder) else { throw DatasetError(folder.path, "there is no such folder") }
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
      "there is no data set '\(name)'" + (nearest.map { "; did you mean '\($0)'?" } ?? "")
        + " There are: \(DataSpec.Kind.allCases.map(\.rawValue).joined(separator: ", "))"
    case .missingPath(let name): "'\(name)' needs a folder: write \(name):PATH"
    }
  }
}
