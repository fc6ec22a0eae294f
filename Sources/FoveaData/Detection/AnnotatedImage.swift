import Foundation
import Torch

/// An image of a set for object detection, and what is in it, before anything is decoded.
public struct AnnotatedImage: Sendable, Hashable {
  /// Where the image lies.
  public var file: URL
  /// The number that its annotation file gives it; else its place in the set.
  public var id: Int
  /// The size that the annotation file tells.
  public var recordedSize: ImageSize?
  /// The size that the image has, upright; nil until somebody looked.
  public var size: ImageSize?
  /// What is in it.
  public var objects: [AnnotatedObject]

  public init(
    file: URL, id: Int, recordedSize: ImageSize? = nil, size: ImageSize? = nil, objects: [AnnotatedObject] = []
  ) {
    self.file = file
    self.id = id
    self.recordedSize = recordedSize
    self.size = size
    self.objects = objects
  }

  /// Width over height, as far as it is known.
  var aspectRatio: Double? {
    (size ?? recordedSize).flatMap { $0.height > 0 ? Double($0.width) / Double($0.height) : nil }
  }
}

/// One object as an annotation file has it.
public struct AnnotatedObject: Sendable, Hashable {
  /// The sides of its box, in pixels of the image.
  public var left, top, right, bottom: Double
  /// What the file says it is: the name of its class, or the number where the file has no name for it.
  public var className: String
  /// Its class, from 0; nil if it is none of the set's.
  public var label: Int?
  /// The area of its outline, in square pixels, if the file tells.
  public var area: Double?
  /// Whether it stands for a group: detectors neither learn from it nor are blamed for it.
  public var isCrowd: Bool
  /// What a message calls it: `annotation 1204`, `object 3`, `line 2`.
  public var name: String

  public init(
    left: Double, top: Double, right: Double, bottom: Double, className: String, label: Int?, area: Double? = nil,
    isCrowd: Bool = false, name: String
  ) {
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    self.className = className
    self.label = label
    self.area = area
    self.isCrowd = isCrowd
    self.name = name
  }

  public var width: Double { right - left }
  public var height: Double { bottom - top }

  /// The object with its box cut off at the sides of an image.
  func clipped(to size: ImageSize) -> AnnotatedObject {
    var object = self
    object.left = min(max(left, 0), Double(size.width))
    object.right = min(max(right, 0), Double(size.width))
    object.top = min(max(top, 0), Double(size.height))
    object.bottom = min(max(bottom, 0), Double(size.height))
    return object
  }
}

/// A set for object detection: what is in an image can be asked for without decoding it.
public protocol AnnotatedDataset: Dataset {
  /// The image at a place, with all that is in it, crowds included, in pixels of the file.
  func annotation(at index: Int) -> AnnotatedImage
}

extension Subset: AnnotatedDataset where Base: AnnotatedDataset {
  public func annotation(at index: Int) -> AnnotatedImage { base.annotation(at: indices[index]) }
}
