import Foundation
import FoveaImaging

extension AnnotatedImage {
  /// Reads the size of the image from its file's header.
  ///
  /// - Returns: what is wrong with the file, or with the size that was recorded.
  mutating func measure() -> [AnnotationFault] {
    do {
      // Mapped, so that only the pages of the header are read.
      let data = try Data(contentsOf: file, options: .mappedIfSafe)
      let header = try ImageHeader(decoding: data, name: file.path)
      let trueSize = ImageSize(height: header.uprightSize.height, width: header.uprightSize.width)
      size = trueSize
      guard let recordedSize, recordedSize != trueSize else { return [] }
      let turned = header.orientation.swapsSides ? " (upright, as its EXIF data says)" : ""
      return [
        fault(.wrongSize, "is recorded as \(recordedSize.inWords), but is \(trueSize.inWords)\(turned)")
      ]
    } catch let error as ImageError {
      return [fault(.unreadableImage, "cannot be read: \(error)")]
    } catch {
      return [fault(.unreadableImage, "cannot be read: \(error.localizedDescription)")]
    }
  }

  /// What is wrong with the objects, each at most once.
  func objectFaults() -> [AnnotationFault] {
    var seen: Set<Place> = []
    return objects.compactMap { fault(of: $0, seen: &seen) }
  }

  /// The objects that a detector can learn from.
  ///
  /// - Parameter clips: whether boxes that reach outside the image are cut off, and not dropped.
  func usableObjects(clipping clips: Bool) -> [AnnotatedObject] {
    var seen: Set<Place> = []
    return objects.compactMap { object in
      guard let fault = fault(of: object, seen: &seen) else { return object }
      guard clips, fault.kind == .outside, let size else { return nil }
      let inside = object.clipped(to: size)
      return inside.width > 0 && inside.height > 0 ? inside : nil
    }
  }

  /// A box and its class: what two duplicates have in common.
  private struct Place: Hashable {
    let sides: [Double]
    let className: String
  }

  private func fault(of object: AnnotatedObject, seen: inout Set<Place>) -> AnnotationFault? {
    let sides = [object.left, object.top, object.right, object.bottom]
    guard sides.allSatisfy(\.isFinite) else {
      return fault(.notFinite, "has the box \(sides)", object)
    }
    guard seen.insert(Place(sides: sides, className: object.className)).inserted else {
      return fault(.duplicate, "is the same box \(sides) of the same class '\(object.className)' once more", object)
    }
    guard object.label != nil else {
      return fault(.unknownClass, "is of the unknown class '\(object.className)'", object)
    }
    guard object.width > 0, object.height > 0 else {
      return fault(.emptyBox, "has the box \(sides), \(object.width) wide and \(object.height) high", object)
    }
    guard let size, let distance = object.distanceOutside(size) else { return nil }
    return fault(
      .outside, "has the box \(sides), which reaches \(distance) pixels outside the image of \(size.inWords)", object)
  }

  private func fault(
    _ kind: AnnotationFault.Kind, _ problem: String, _ object: AnnotatedObject? = nil
  ) -> AnnotationFault {
    AnnotationFault(kind, file: file.path, image: id, object: object?.name, problem)
  }
}

extension AnnotatedObject {
  /// How far the box reaches outside an image; nil if it does not, but for a rounding error.
  fileprivate func distanceOutside(_ size: ImageSize) -> Double? {
    let distance = max(-left, -top, right - Double(size.width), bottom - Double(size.height))
    return distance > 1e-6 * Double(max(size.width, size.height)) ? distance : nil
  }
}

extension ImageSize {
  /// Width x height, as people say it.
  fileprivate var inWords: String { "\(width)x\(height)" }
}
