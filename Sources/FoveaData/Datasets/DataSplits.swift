import Foundation

/// The parts of a data set.
public struct DataSplits: Sendable {
  /// What the data is called.
  public let name: String
  /// What a model learns from.
  public var train: any Dataset
  /// What is looked at while it learns; nil if nothing was held out.
  public var validation: (any Dataset)?
  /// What is looked at at the end; nil if the data has none.
  public var test: (any Dataset)?

  public init(name: String, train: any Dataset, validation: (any Dataset)? = nil, test: (any Dataset)? = nil) {
    self.name = name
    self.train = train
    self.validation = validation
    self.test = test
  }

  /// The classes of all parts.
  public var classNames: [String] { train.classNames }

  /// The part for a purpose, if there is one.
  public subscript(split: Split) -> (any Dataset)? {
    switch split {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  /// The same with a validation set: if there is none yet, a part of the training set becomes one.
  func holdingOut(_ fraction: Double, seed: UInt64) -> DataSplits {
    guard validation == nil, fraction > 0 else { return self }
    let parts = train.holdingOut(fraction, seed: seed)
    return DataSplits(name: name, train: parts.rest, validation: parts.heldOut, test: test)
  }
}

extension ImageFolder {
  /// The parts of a folder of images.
  ///
  /// Folders named `train`, `val` (or `valid`, `validation`) and `test` are the parts, with the classes of `train`; what
  /// has no folder is left out, and a validation set is held out of `train` by `seed`. Where there are only the folders to
  /// judge by, `train` is empty and the classes are theirs. Any other folder without `train` is one set, of which equal
  /// parts are held out for validation and for the test.
  ///
  /// - Parameters:
  ///   - validationFraction: how much of the images is held out where there is no folder for it; 0 for nothing.
  ///   - memory: images that are all of one size and take no more bytes than this are decoded at once and stay in memory;
  ///     0 reads them from their files each time.
  /// - Throws: ``DatasetError``. A file that cannot be decoded is an error when it is read.
  public static func splits(
    _ root: URL, validationFraction: Double = 0.1, seed: UInt64 = 0, memory: Int = 1 << 30
  ) throws -> DataSplits {
    let name = root.lastPathComponent
    let trainFolder = folder(named: ["train", "training"], in: root)
    guard let base = try trainFolder.map({ try ImageFolder($0) }) ?? withoutTraining(root) else {
      let whole = try ImageFolder(root).decodedIfSmall(limit: memory)
      let (rest, test) = whole.holdingOut(validationFraction, seed: seed, as: .test)
      let share = validationFraction < 1 ? validationFraction / (1 - validationFraction) : 0
      return DataSplits(name: name, train: rest, test: test.isEmpty ? nil : test).holdingOut(min(share, 1), seed: seed)
    }
    func part(_ names: [String], _ split: Split) throws -> (any Dataset)? {
      guard let folder = folder(named: names, in: root) else { return nil }
      return try ImageFolder(folder, split: split, classNames: base.classNames).decodedIfSmall(limit: memory)
    }
    let splits = DataSplits(
      name: name, train: base.decodedIfSmall(limit: memory), validation: try part(validationNames, .validation),
      test: try part(testNames, .test))
    return base.isEmpty ? splits : splits.holdingOut(validationFraction, seed: seed)
  }

  private static let validationNames = ["val", "valid", "validation"]
  private static let testNames = ["test"]

  /// The empty training set of a folder in which all folders are named like parts to judge by; nil for any other.
  private static func withoutTraining(_ root: URL) throws -> ImageFolder? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    let folders = names.filter { !$0.hasPrefix(".") && ImageListing.isFolder(root.appendingPathComponent($0)) }
    guard folders.allSatisfy({ (testNames + validationNames).contains($0.lowercased()) }),
      let judge = folder(named: testNames + validationNames, in: root)
    else { return nil }
    return ImageFolder(root: root, files: [], classNames: try ImageFolder(judge).classNames, split: .train)
  }

  /// The folder with the first of these names, in capitals or not.
  static func folder(named names: [String], in root: URL) -> URL? {
    let present = (try? FileManager.default.contentsOfDirectory(atPath: root.path))?.sorted() ?? []
    for name in names {
      guard let match = present.first(where: { $0.lowercased() == name }) else { continue }
      let folder = root.appendingPathComponent(match)
      if ImageListing.isFolder(folder) { return folder }
    }
    return nil
  }
}
