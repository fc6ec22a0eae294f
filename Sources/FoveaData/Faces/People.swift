import Foundation

extension ImageFolder {
  /// Photographs of people, a folder each: `root/Ada/1.jpg`, `root/Grace/1.jpg`. Deeper folders are of the same person.
  ///
  /// - Throws: ``DatasetError`` if there is no such folder, or no photograph in a folder of its own.
  public static func people(_ root: URL, split: Split = .train) throws -> ImageFolder {
    let set = try ImageFolder(root, split: split, classDepth: 1)
    guard !set.classNames.isEmpty else {
      throw DatasetError(
        root.path, "holds photographs, but no folders of people",
        fix: "lay them out as \(root.lastPathComponent)/NAME/PHOTO")
    }
    return set
  }

  /// The people of the folders `train`, `val` and `test` (as far as they are there) as one set; a name is one person.
  ///
  /// - Throws: ``DatasetError``.
  static func everybody(in root: URL) throws -> ImageFolder {
    let names = [["train", "training"], ["val", "valid", "validation"], ["test"]]
    let parts = try names.compactMap { folder(named: $0, in: root) }.map { try people($0) }
    let classNames = Set(parts.flatMap(\.classNames)).sorted(by: naturallyPrecedes)
    let numbers = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    let files = parts.flatMap { part in
      part.files.map { file in
        ImageFile(
          path: part.root.lastPathComponent + "/" + file.path,
          label: file.label.flatMap { numbers[part.classNames[$0]] })
      }
    }
    return ImageFolder(root: root, files: files, classNames: classNames, split: .train)
  }

  /// Only these people's photographs, the people numbered anew in the old order.
  ///
  /// - Parameter labels: the people, by their present numbers; who is not there is passed over.
  public func people(_ labels: some Sequence<Int>, split: Split? = nil) -> ImageFolder {
    let kept = Set(labels).intersection(classNames.indices).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let chosen = files.compactMap { file in
      file.label.flatMap { numbers[$0] }.map { ImageFile(path: file.path, label: $0) }
    }
    return ImageFolder(
      root: root, files: chosen, classNames: kept.map { classNames[$0] }, split: split ?? self.split)
  }

  /// Divides people, not photographs: whoever is held out is never seen in training.
  ///
  /// - Parameters:
  ///   - fraction: how many of the people are held out, at least one of them where it is above 0.
  ///   - seed: decides who.
  public func holdingOutPeople(
    _ fraction: Double, seed: UInt64 = 0, as split: Split = .validation
  ) -> (rest: ImageFolder, heldOut: ImageFolder) {
    precondition((0..<1).contains(fraction), "a fraction of \(fraction); it must be in 0..<1")
    var random = RandomSource(seed: seed)
    let order = classNames.indices.shuffled(using: &random)
    let count = fraction > 0 ? max(1, Int((fraction * Double(order.count)).rounded())) : 0
    return (people(order.dropFirst(count)), people(order.prefix(count), split: split))
  }

  /// The number of photographs of each person, by name.
  public var photographCounts: [String: Int] {
    files.reduce(into: [:]) { counts, file in
      if let label = file.label { counts[classNames[label], default: 0] += 1 }
    }
  }

  /// Who each photograph shows.
  var people: [Int] { files.map { $0.label ?? 0 } }
}
