import Foundation
import Torch

/// 60,000 photographs, RGB, 32 x 32, in 10 classes: 50,000 to train on and 10,000 to test on (Krizhevsky, 2009).
public enum CIFAR10 {
  /// Loads the set, from `folder` if it is given, else from the data folder, where it is downloaded to first.
  ///
  /// - Parameter folder: holds `data_batch_1.bin` and its kin, or the folder `cifar-10-batches-bin` with them.
  /// - Throws: ``DownloadError``, ``ArchiveError``, or ``DatasetError`` for a file that is damaged.
  public static func load(
    _ split: Split, from folder: URL? = nil, progress: ProgressHandler? = nil
  ) throws -> TensorDataset {
    let folder = try archive.locate(in: folder, progress: progress)
    let parts = split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
    return try CIFARFiles(title: "CIFAR-10", folder: folder, labelBytes: 1, labelByte: 0)
      .load(split, parts: parts, names: "batches.meta.txt")
  }

  static let archive = CIFARArchive(
    name: "cifar10", folder: "cifar-10-batches-bin",
    file: PublishedFile(
      urls: ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"],
      checksum: .md5("c32a1d4ab5d03f1284b67883e8d87530")))
}

/// 60,000 photographs, RGB, 32 x 32, in 100 classes, which make 20 groups (Krizhevsky, 2009).
public enum CIFAR100 {
  /// Which classes count.
  public enum Labels: Sendable, Hashable {
    /// The 100 classes.
    case fine
    /// The 20 groups of five classes each.
    case coarse
  }

  /// Loads the set, from `folder` if it is given, else from the data folder, where it is downloaded to first.
  ///
  /// - Parameter folder: holds `train.bin`, `test.bin` and the names of the labels, or the folder `cifar-100-binary` with them.
  /// - Throws: ``DownloadError``, ``ArchiveError``, or ``DatasetError`` for a file that is damaged.
  public static func load(
    _ split: Split, labels: Labels = .fine, from folder: URL? = nil, progress: ProgressHandler? = nil
  ) throws -> TensorDataset {
    let folder = try archive.locate(in: folder, progress: progress)
    return try CIFARFiles(title: "CIFAR-100", folder: folder, labelBytes: 2, labelByte: labels == .coarse ? 0 : 1)
      .load(
        split, parts: [split == .train ? "train.bin" : "test.bin"],
        names: labels == .coarse ? "coarse_label_names.txt" : "fine_label_names.txt")
  }

  static let archive = CIFARArchive(
    name: "cifar100", folder: "cifar-100-binary",
    file: PublishedFile(
      urls: ["https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"],
      checksum: .md5("03b5dce01913d631647c71ecec9e9cb8")))
}

/// One of the two archives, and the folder that it unpacks to.
struct CIFARArchive: Sendable {
  let name: String
  let folder: String
  let file: PublishedFile

  func locate(in given: URL?, progress: ProgressHandler?) throws -> URL {
    let files = FileManager.default
    if let given {
      let inner = given.appendingPathComponent(folder)
      return files.fileExists(atPath: inner.path) ? inner : given
    }
    let home = DataFolder.root.appendingPathComponent(name)
    let unpacked = home.appendingPathComponent("unpacked")
    if !files.fileExists(atPath: unpacked.path) {
      let packed = try file.download(into: home, progress: progress)
      try Archive(packed).unpack(to: unpacked, limits: .init(bytes: 1 << 30, files: 100))
      try? files.removeItem(at: packed)
    }
    return unpacked.appendingPathComponent(folder)
  }
}

/// The binary files of CIFAR: records of one or two labels and 3,072 bytes, the red plane, the green, the blue.
struct CIFARFiles {
  let title: String
  let folder: URL
  let labelBytes: Int
  /// Which of the label bytes counts.
  let labelByte: Int

  private static let imageBytes = 3 * 32 * 32

  func load(_ split: Split, parts: [String], names: String) throws -> TensorDataset {
    guard split != .validation else {
      throw DatasetError(title, "is published without a validation set", fix: "hold out a part of the training set")
    }
    let classNames = try readNames(folder.appendingPathComponent(names))
    let record = labelBytes + Self.imageBytes
    var pixels: [UInt8] = []
    var labels: [Int] = []
    for part in parts {
      let file = folder.appendingPathComponent(part)
      let bytes = try read(file)
      guard !bytes.isEmpty, bytes.count.isMultiple(of: record) else {
        throw DatasetError(
          file.path, "has \(bytes.count) bytes, which are no whole records of \(record)",
          fix: "delete the folder and download it again")
      }
      for start in stride(from: 0, to: bytes.count, by: record) {
        let label = Int(bytes[start + labelByte])
        guard label < classNames.count else {
          throw DatasetError(file.path, "label \(label) of record \(start / record) is not in 0..<\(classNames.count)")
        }
        labels.append(label)
        pixels += bytes[(start + labelBytes)..<(start + record)]
      }
    }
    return TensorDataset(
      images: Tensor(pixels, shape: [labels.count, 3, 32, 32]), labels: labels, classNames: classNames, split: split,
      name: title)
  }

  private func readNames(_ file: URL) throws -> [String] {
    let names = String(decoding: try read(file), as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard !names.isEmpty else { throw DatasetError(file.path, "names no class") }
    return names
  }

  private func read(_ file: URL) throws -> [UInt8] {
    do { return Array(try Data(contentsOf: file)) } catch {
      throw DatasetError(
        file.path, "cannot be read: \(error.localizedDescription)", fix: "name the folder of \(title)'s binary version")
    }
  }
}
