import Foundation
import FoveaImaging

/// What is wrong with the annotations of a set: every image's size is read, and every box is looked at.
public struct AnnotationAudit: Sendable, Hashable, Codable {
  /// Which part of the data was looked at.
  public let split: Split
  /// The number of images.
  public let images: Int
  /// The number of objects.
  public let objects: Int
  /// What is wrong, in the order of the set.
  public let faults: [AnnotationFault]

  /// The images as they are: with their true sizes.
  private let measured: [AnnotatedImage]

  private enum CodingKeys: CodingKey { case split, images, objects, faults }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    split = try values.decode(Split.self, forKey: .split)
    images = try values.decode(Int.self, forKey: .images)
    objects = try values.decode(Int.self, forKey: .objects)
    faults = try values.decode([AnnotationFault].self, forKey: .faults)
    measured = []
  }

  /// Looks at a whole set.
  public init(of dataset: DetectionDataset, threads: Int = 2) {
    let looks = Looks(dataset.count)
    // Nothing is thrown in here: an image that cannot be read is a fault.
    try? LoaderThreads.forEach(dataset.count, threads: threads) { index in
      var image = dataset.annotation(at: index)
      let faults = image.measure() + image.objectFaults()
      looks.set(index, image, faults)
    }
    split = dataset.split
    measured = looks.images
    images = dataset.count
    objects = measured.reduce(0) { $0 + $1.objects.count }
    faults = dataset.faults + looks.faults.flatMap { $0 }
  }

  /// The set without what is wrong with it.
  ///
  /// - Throws: ``AnnotationError`` if that is what `policy` says.
  func corrected(_ dataset: DetectionDataset, _ policy: FaultPolicy) throws(AnnotationError) -> DetectionDataset {
    if policy == .fail, !faults.isEmpty { throw AnnotationError(faults: faults) }
    let kept = measured.filter { $0.size != nil }.map { image in
      var image = image
      image.objects = image.usableObjects(clipping: policy == .clip)
      return image
    }
    return DetectionDataset(images: kept, classNames: dataset.classNames, split: split, faults: faults)
  }

  /// The number of faults of each kind there is one of.
  public var counts: [AnnotationFault.Kind: Int] {
    Dictionary(faults.map { ($0.kind, 1) }, uniquingKeysWith: +)
  }
}

extension AnnotationAudit: CustomStringConvertible {
  /// The findings, a line a fault.
  public var description: String {
    let title = "\(split.rawValue): \(images) images, \(objects) objects"
    guard !faults.isEmpty else { return title + ", no fault" }
    let kinds = AnnotationFault.Kind.allCases.compactMap { kind in counts[kind].map { "\($0) \(kind.rawValue)" } }
    return "\(title), \(faults.count) faults (\(kinds.joined(separator: ", "))):"
      + faults.map { "\n  \($0.kind.rawValue): \($0)" }.joined()
  }
}

/// What threads found; each writes to places of its own, under a lock.
private final class Looks: @unchecked Sendable {
  private let lock = NSLock()
  private var found: [(image: AnnotatedImage, faults: [AnnotationFault])?]

  init(_ count: Int) { found = Array(repeating: nil, count: count) }

  func set(_ index: Int, _ image: AnnotatedImage, _ faults: [AnnotationFault]) {
    lock.withLock { found[index] = (image, faults) }
  }

  var images: [AnnotatedImage] { lock.withLock { found.compactMap { $0?.image } } }
  var faults: [[AnnotationFault]] { lock.withLock { found.compactMap { $0?.faults } } }
}
