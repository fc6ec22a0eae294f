import Torch

/// Gives each object of a video a number that it keeps from frame to frame: SORT (Bewley et al., 2016: "Simple Online and
/// Realtime Tracking").
///
/// Where each object should be now is told by a Kalman filter, and the new boxes are given to the objects so that they
/// overlap most in all (``Hungarian``). Objects are never matched across classes.
///
/// ```swift
/// var tracker = Tracker()
/// for frame in frames {
///   let found = detector(frame)
///   let numbers = tracker.update(found.boxes, labels: found.labels)   // [1, 2, nil, 3]
/// }
/// ```
public struct Tracker: Sendable {
  /// For how many frames an object is expected to come back.
  public let maxAge: Int
  /// In how many frames on end, after the first, an object must be seen before it has a number; except at the beginning of
  /// the video.
  public let minHits: Int
  /// How much a box must overlap the place where an object should be, in 0...1.
  public let minOverlap: Double

  private var tracks: [Track] = []
  private var frames = 0
  private var lastNumber = 0

  /// A tracker that has seen nothing, with the paper's settings.
  public init(maxAge: Int = 1, minHits: Int = 3, minOverlap: Double = 0.3) {
    precondition(maxAge >= 0 && minHits >= 0 && 0...1 ~= minOverlap, "a tracker's settings are not negative")
    self.maxAge = maxAge
    self.minHits = minHits
    self.minOverlap = minOverlap
  }

  /// Takes in the next frame.
  ///
  /// - Parameters:
  ///   - boxes: `[B, 4]`, what was detected, in pixels. Boxes that are empty or not finite have no number.
  ///   - labels: the class of each box; empty where all are of one.
  /// - Returns: the number of each box, from 1; nil for what has not been seen often enough.
  public mutating func update(_ boxes: Boxes<XYXY>, labels: [Int] = []) -> [Int?] {
    precondition(labels.isEmpty || labels.count == boxes.count, "\(labels.count) labels for \(boxes.count) boxes")
    frames += 1
    for index in tracks.indices { tracks[index].predict() }
    tracks.removeAll { !$0.box.isProper }
    let numbers = see(Corners.list(boxes), labels.isEmpty ? Array(repeating: 0, count: boxes.count) : labels)
    tracks.removeAll { $0.framesSinceSeen > maxAge }
    return numbers
  }

  /// Gives boxes to tracks, and begins tracks for the others.
  private mutating func see(_ boxes: [Corners], _ labels: [Int]) -> [Int?] {
    var numbers = [Int?](repeating: nil, count: boxes.count)
    var isNew = boxes.map(\.isProper)
    for (box, track) in match(boxes, labels) {
      isNew[box] = false
      tracks[track].correct(boxes[box])
      if tracks[track].streak >= minHits || frames <= minHits { numbers[box] = tracks[track].number }
    }
    for box in boxes.indices where isNew[box] {
      lastNumber += 1
      tracks.append(Track(number: lastNumber, label: labels[box], box: boxes[box]))
      if minHits == 0 || frames <= minHits { numbers[box] = lastNumber }
    }
    return numbers
  }

  /// The boxes that are given to tracks: those with the largest sum of overlaps.
  private func match(_ boxes: [Corners], _ labels: [Int]) -> [(box: Int, track: Int)] {
    let places = tracks.map(\.box)
    let overlaps = boxes.indices.flatMap { box in
      tracks.indices.map { track in
        let overlap = labels[box] == tracks[track].label ? boxes[box].overlap(with: places[track]) : 0
        return overlap >= minOverlap ? overlap : 0
      }
    }
    // Overlaps are finite, so there always is an assignment.
    let pairs = Hungarian.pairs(costs: overlaps.map { -$0 }, rows: boxes.count, columns: tracks.count) ?? []
    return pairs.filter { overlaps[$0.row * tracks.count + $0.column] > 0 }.map { ($0.row, $0.column) }
  }
}
