import Foundation

/// Something that is wrong with an annotation.
public struct AnnotationFault: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What can be wrong.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The image is not there, or is no image.
    case unreadableImage = "unreadable-image"
    /// The annotation file tells another size than the image has.
    case wrongSize = "wrong-size"
    /// The annotation is of an image that the file does not list.
    case unknownImage = "unknown-image"
    /// A side of the box is no number.
    case notFinite = "not-finite"
    /// The box has no width or no height, or less than none.
    case emptyBox = "empty-box"
    /// Some or all of the box is outside the image.
    case outside = "outside"
    /// The same box with the same class was there before.
    case duplicate = "duplicate"
    /// The class is none of the set's.
    case unknownClass = "unknown-class"
  }

  public let kind: Kind
  /// The path of the image; of the annotation file where no image is known.
  public let file: String
  /// The image's number in the annotation file, or its place in the set.
  public let image: Int?
  /// The object, as in ``AnnotatedObject/name``; nil if the whole image is concerned.
  public let object: String?
  /// What is wrong, with the values.
  public let problem: String

  init(_ kind: Kind, file: String, image: Int?, object: String? = nil, _ problem: String) {
    self.kind = kind
    self.file = file
    self.image = image
    self.object = object
    self.problem = problem
  }

  public var description: String {
    let place = image.map { " (image \($0))" } ?? ""
    return "\(file)\(place): " + (object.map { "\($0) " } ?? "") + problem
  }
}

/// What is done about annotations that are wrong, when a set is opened.
public enum FaultPolicy: String, Sendable, Hashable, Codable, CaseIterable {
  /// The set is not opened; the error names them.
  case fail
  /// Objects with a fault are left out, and so are images that cannot be read.
  case drop
  /// Boxes that reach outside are cut off at the image's sides; all else is as with ``drop``.
  case clip
}

/// A set with annotations that are wrong, opened with ``FaultPolicy/fail``.
public struct AnnotationError: Error, Sendable, CustomStringConvertible {
  /// All of them, in the order of the set.
  public let faults: [AnnotationFault]

  public var description: String {
    let shown = faults.prefix(10).map { "\n  \($0)" }.joined()
    let rest = faults.count > 10 ? "\n  … and \(faults.count - 10) more (fovea datasets audit names them all)" : ""
    return "\(faults.count) faults in the annotations; correct them, or have them dropped or clipped:\(shown)\(rest)"
  }
}
