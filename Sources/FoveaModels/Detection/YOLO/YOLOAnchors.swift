import Torch

/// The sizes of boxes that YOLO starts from.
public enum YOLOAnchors {
  /// Fitted to COCO at 640 pixels: width and height for strides 8, 16 and 32 (Redmon and Farhadi, 2018; as YOLOv5 has them).
  public static let coco: [[[Double]]] = [
    [[10, 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 119]], [[116, 90], [156, 198], [373, 326]],
  ]

  /// The sizes that fit a set's boxes best: the centres of k-means over 1 - IoU (Redmon and Farhadi, 2016), from the
  /// smallest to the largest, in three lists.
  ///
  /// - Parameters:
  ///   - sizes: width and height of each box, in pixels of the model's input; those that are not positive are left out.
  ///   - count: how many for each map.
  ///   - seed: of the first centres.
  /// - Returns: nil where there are fewer different sizes than centres.
  public static func fit(sizes: [(width: Double, height: Double)], count: Int = 3, seed: UInt64 = 0) -> [[[Double]]]? {
    let usable = sizes.filter { $0.width > 0 && $0.height > 0 && $0.width.isFinite && $0.height.isFinite }
    let clusters = 3 * count
    guard let centers = kMeans(usable, clusters: clusters, seed: seed) else { return nil }
    let sorted = centers.sorted { $0.width * $0.height < $1.width * $1.height }.map { [$0.width, $0.height] }
    return stride(from: 0, to: clusters, by: count).map { Array(sorted[$0..<$0 + count]) }
  }

  /// How well anchors fit: the mean over boxes of the best IoU with an anchor, both around one centre.
  public static func meanBestOverlap(_ anchors: [[[Double]]], sizes: [(width: Double, height: Double)]) -> Double {
    let all = anchors.joined().map { (width: $0[0], height: $0[1]) }
    guard !sizes.isEmpty else { return 0 }
    return sizes.reduce(0) { sum, size in sum + (all.map { overlap(size, $0) }.max() ?? 0) } / Double(sizes.count)
  }

  private typealias Size = (width: Double, height: Double)

  private static func overlap(_ a: Size, _ b: Size) -> Double {
    let shared = min(a.width, b.width) * min(a.height, b.height)
    return shared / (a.width * a.height + b.width * b.height - shared)
  }

  private static func kMeans(_ sizes: [Size], clusters: Int, seed: UInt64) -> [Size]? {
    guard var centers = firstCenters(sizes, clusters: clusters, seed: seed) else { return nil }
    var membership = [Int](repeating: -1, count: sizes.count)
    for _ in 0..<300 {
      let new = sizes.map { size in
        centers.indices.max { overlap(size, centers[$0]) < overlap(size, centers[$1]) } ?? 0
      }
      if new == membership { break }
      membership = new
      for center in centers.indices {
        let members = zip(sizes, membership).filter { $1 == center }.map(\.0)
        guard !members.isEmpty else { continue }
        // The median is not moved by the few boxes that are far larger than the others.
        centers[center] = (median(members.map(\.width)), median(members.map(\.height)))
      }
    }
    return centers
  }

  /// The first centre at random, each next one the likelier the less the others overlap it (k-means++).
  private static func firstCenters(_ sizes: [Size], clusters: Int, seed: UInt64) -> [Size]? {
    let different = Set(sizes.map { [$0.width, $0.height] }).count
    guard different >= clusters else { return nil }
    let draws = Tensor.rand([clusters], dtype: .float64, generator: Generator(seed: seed)).array(Double.self)
    var centers = [sizes[min(sizes.count - 1, Int(draws[0] * Double(sizes.count)))]]
    for draw in draws.dropFirst() {
      let distances = sizes.map { size in 1 - (centers.map { overlap(size, $0) }.max() ?? 0) }
      var rest = draw * distances.reduce(0, +)
      var chosen = distances.indices.max { distances[$0] < distances[$1] } ?? 0
      for (index, distance) in distances.enumerated() where distance > 0 {
        rest -= distance
        if rest <= 0 {
          chosen = index
          break
        }
      }
      centers.append(sizes[chosen])
    }
    return centers
  }

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
