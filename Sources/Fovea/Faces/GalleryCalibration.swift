import Foundation
import FoveaData
import FoveaMetrics
import Torch

/// A threshold for a wanted share of false accepts, and what it costs.
public struct GalleryCalibration: Sendable, Equatable, Codable {
  /// The largest cosine distance that counts as the same person.
  public let threshold: Double
  /// The share of pairs of two people that it accepts; at most what was wanted.
  public let falseAcceptRate: Double
  /// The share of pairs of the same person that it accepts.
  public let trueAcceptRate: Double
  /// The pairs of two people that it was measured on: no rate below 1 / pairs can be told from none.
  public let pairs: Int
}

extension FaceGallery {
  /// Finds the threshold that accepts at most this share of pairs of two people, among the people in the gallery.
  ///
  /// All pairs are compared, or 200,000 that are drawn, the same each time.
  ///
  /// - Returns: nil where the gallery has no pairs of the same person, or of two.
  /// - Throws: ``GalleryError``.
  public func calibration(falseAcceptRate wanted: Double) throws(GalleryError) -> GalleryCalibration? {
    let index = try currentIndex()
    let people = index.people
    let pairs =
      people.count <= 600 ? FacePair.all(of: people) : FacePair.sampled(200_000, of: people, seed: 0)
    let isSame = pairs.map(\.isSame)
    guard isSame.contains(true), isSame.contains(false) else { return nil }
    let first = index.embeddings.indexSelect(dim: 0, Tensor(pairs.map(\.first)))
    let second = index.embeddings.indexSelect(dim: 0, Tensor(pairs.map(\.second)))
    let distances = EmbeddingDistance.cosine(first, second).array(Double.self)
    let curve = ReceiverOperatingCharacteristic(distances: distances, isSame: isSame)
    let point = curve.points.last { $0.falseAcceptRate <= wanted } ?? curve.points[0]
    return GalleryCalibration(
      threshold: max(0, point.threshold), falseAcceptRate: point.falseAcceptRate,
      trueAcceptRate: point.trueAcceptRate, pairs: isSame.count { !$0 })
  }
}
