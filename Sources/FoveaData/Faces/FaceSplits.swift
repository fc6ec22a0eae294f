import Foundation

/// Photographs of people for a training and its judgement; nobody is in both.
public struct FaceSplits: Sendable {
  /// What the data is called.
  public let name: String
  /// The people to learn from.
  public let train: ImageFolder
  /// People who are never seen in training; nil where nobody was held out.
  public let unseen: ImageFolder?
  /// The pairs of ``unseen`` that a verification is judged by.
  public let pairs: [FacePair]
  /// Into how many parts the pairs are cut; 0 where the pairs have no protocol, and one threshold is for all.
  public let folds: Int
  /// How many pairs of the list were left out, as a photograph of theirs is not there.
  public let skippedPairs: Int

  /// The most pairs that are made of a set without a list of its own.
  public static let mostPairs = 100_000

  /// The people of a set without a list of pairs.
  init(name: String, train: ImageFolder, unseen: ImageFolder?, seed: UInt64) {
    self.init(
      name: name, train: train, unseen: unseen, pairs: unseen.map { Self.pairs(of: $0, seed: seed) } ?? [], folds: 0)
  }

  /// The pairs that a set without a list is judged by: all there are, or as many as ``mostPairs``, drawn.
  public static func pairs(of photographs: ImageFolder, seed: UInt64 = 0) -> [FacePair] {
    let people = photographs.people
    let isSmall = people.count * people.count / 2 <= mostPairs
    return isSmall ? FacePair.all(of: people) : FacePair.sampled(mostPairs, of: people, seed: seed)
  }

  init(
    name: String, train: ImageFolder, unseen: ImageFolder?, pairs: [FacePair], folds: Int, skippedPairs: Int = 0
  ) {
    self.name = name
    self.train = train
    self.unseen = unseen
    self.pairs = pairs
    self.folds = folds
    self.skippedPairs = skippedPairs
  }

  /// A folder of people, or a list of photographs. Folders `train` and `test` (or `val`) in it are the parts; without
  /// them a share of the people is held out.
  ///
  /// - Throws: ``DatasetError``.
  public static func people(_ root: URL, heldOut fraction: Double, seed: UInt64) throws -> FaceSplits {
    let name = root.lastPathComponent
    guard ImageListing.isFolder(root) else {
      let parts = try ImageFolder.people(list: root).holdingOutPeople(fraction, seed: seed)
      return FaceSplits(name: name, train: parts.rest, unseen: parts.heldOut.nonEmpty, seed: seed)
    }
    if let train = ImageFolder.folder(named: ["train", "training"], in: root) {
      let test = ImageFolder.folder(named: ["test", "val", "valid", "validation"], in: root)
      return FaceSplits(
        name: name, train: try ImageFolder.people(train),
        unseen: try test.map { try ImageFolder.people($0, split: .test) }, seed: seed)
    }
    let parts = try ImageFolder.people(root).holdingOutPeople(fraction, seed: seed)
    return FaceSplits(name: name, train: parts.rest, unseen: parts.heldOut.nonEmpty, seed: seed)
  }

  /// LFW for development (view 1): its training people, and its test people with their 1,000 pairs.
  ///
  /// Without the lists of people, a share is held out of the folder.
  ///
  /// - Throws: ``DatasetError``.
  public static func development(_ lfw: LFW, name: String, heldOut fraction: Double, seed: UInt64) throws -> FaceSplits
  {
    guard lfw.has(.developmentTrain as LFW.PeopleList), lfw.has(.developmentTest as LFW.PeopleList) else {
      let parts = lfw.photographs.holdingOutPeople(fraction, seed: seed)
      return FaceSplits(name: name, train: parts.rest, unseen: parts.heldOut.nonEmpty, seed: seed)
    }
    let train = try lfw.people(.developmentTrain)
    guard lfw.has(.developmentTest as LFW.PairList) else {
      return FaceSplits(name: name, train: train, unseen: try lfw.people(.developmentTest, split: .test), seed: seed)
    }
    // The pairs are numbered among all photographs; the unseen part takes just those that they name.
    let listed = try lfw.pairs(.developmentTest, skippingMissing: true)
    let (unseen, pairs) = lfw.photographs.only(listed.pairs)
    return FaceSplits(
      name: name, train: train, unseen: unseen, pairs: pairs, folds: 0, skippedPairs: listed.skipped)
  }

  /// LFW's view 2: the photographs of `pairs.txt`, ten folds. There is nothing to train on, as its people are everywhere.
  ///
  /// - Throws: ``DatasetError``.
  public static func view2(_ lfw: LFW, name: String) throws -> FaceSplits {
    let listed = try lfw.pairs(.view2, skippingMissing: true)
    let (photographs, pairs) = lfw.photographs.only(listed.pairs)
    return FaceSplits(
      name: name, train: photographs.people([]), unseen: photographs, pairs: pairs, folds: listed.folds,
      skippedPairs: listed.skipped)
  }
}

extension ImageFolder {
  fileprivate var nonEmpty: ImageFolder? { isEmpty ? nil : self }

  /// The photographs that pairs name, of the people on them, and the pairs with their new numbers.
  fileprivate func only(_ pairs: [FacePair]) -> (photographs: ImageFolder, pairs: [FacePair]) {
    let kept = Set(pairs.flatMap { [$0.first, $0.second] }).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: kept.enumerated().map { ($1, $0) })
    let renumbered = pairs.compactMap { pair -> FacePair? in
      guard let first = numbers[pair.first], let second = numbers[pair.second] else { return nil }
      return FacePair(first, second, isSame: pair.isSame, fold: pair.fold)
    }
    let photographs = ImageFolder(root: root, files: kept.map { files[$0] }, classNames: classNames, split: .test)
    return (photographs.people(photographs.people), renumbered)
  }
}

extension DataSpec {
  /// The people of a set for training and judgement.
  ///
  /// - Parameters:
  ///   - fraction: the share of people that is held out where the data does not say who.
  ///   - seed: decides who those are.
  /// - Throws: ``DatasetError``; ``DownloadError`` for a set that is fetched.
  public func faces(
    heldOut fraction: Double = 0.25, seed: UInt64 = 0, progress: ProgressHandler? = nil
  ) throws -> FaceSplits {
    switch kind {
    case .people, .folder:
      guard let folder else { throw DataSpecError.missingPath(kind.rawValue) }
      guard FileManager.default.fileExists(atPath: folder.path) else {
        throw DatasetError(folder.path, "there is no such folder or list")
      }
      return try .people(folder, heldOut: fraction, seed: seed)
    case .lfw, .lfwFunneled, .lfwDeepFunneled:
      return try .development(openLFW(progress: progress), name: kind.rawValue, heldOut: fraction, seed: seed)
    default:
      throw DatasetError(description, "is no set of people", fix: "use people:PATH or lfw")
    }
  }

  /// All photographs of a set of people, those of all parts that it comes in.
  ///
  /// - Throws: as ``faces(heldOut:seed:progress:)``.
  public func photographs(progress: ProgressHandler? = nil) throws -> ImageFolder {
    if LFW.Variant(rawValue: kind.rawValue) != nil { return try openLFW(progress: progress).photographs }
    let splits = try faces(heldOut: 0)
    // The data says itself who is unseen only by folders for the parts.
    guard splits.unseen != nil, let folder else { return splits.train }
    return try ImageFolder.everybody(in: folder)
  }

  /// LFW itself, for its lists.
  ///
  /// - Throws: ``DatasetError`` where the spec names another set.
  public func openLFW(progress: ProgressHandler? = nil) throws -> LFW {
    guard let variant = LFW.Variant(rawValue: kind.rawValue) else { throw DatasetError(description, "is not LFW") }
    return try LFW.load(variant, from: folder, progress: progress)
  }
}
