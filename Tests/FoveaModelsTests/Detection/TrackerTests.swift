import Foundation
import FoveaModels
import Testing
import Torch

@Suite("Tracker")
struct TrackerTests {
  /// Frames and the numbers that SORT gives, written with whole matrices; see `Tests/Reference/tracking.py`.
  struct Case: Decodable, CustomTestStringConvertible {
    let frames: [[[Double]]]
    let maxAge, minHits: Int
    let minOverlap: Double
    let numbers: [[Int?]]

    var testDescription: String { "\(frames.count) frames, \(maxAge), \(minHits), \(minOverlap)" }
  }

  static let cases = try? JSONDecoder().decode(
    [Case].self,
    from: Data(contentsOf: Bundle.module.bundleURL.appendingPathComponent("Fixtures/tracking.json")))

  @Test("Numbers are those of the reference, frame by frame", arguments: try #require(cases))
  func reference(_ test: Case) {
    var tracker = Tracker(maxAge: test.maxAge, minHits: test.minHits, minOverlap: test.minOverlap)
    for (frame, expected) in zip(test.frames, test.numbers) {
      let boxes = Tensor(frame.flatMap { $0[..<4] }, shape: [frame.count, 4])
      #expect(tracker.update(Boxes(boxes), labels: frame.map { Int($0[4]) }) == expected)
    }
  }

  private func box(_ left: Float, _ top: Float = 0) -> Boxes<XYXY> {
    Boxes(Tensor([left, top, left + 20, top + 20], shape: [1, 4]))
  }

  @Test("A steady object that is hidden for a while keeps its number")
  func hidden() {
    var tracker = Tracker(maxAge: 3, minHits: 0)
    for step in 0..<8 { #expect(tracker.update(box(Float(step) * 6)) == [1]) }
    for _ in 0..<3 { #expect(tracker.update(.empty) == []) }
    // 18 pixels on it would not overlap the place where it was last seen by enough.
    #expect(tracker.update(box(11 * 6)) == [1])
    for _ in 0..<4 { _ = tracker.update(.empty) }
    #expect(tracker.update(box(16 * 6)) == [2])
  }

  @Test("An object of another class at the same place is another object")
  func classes() {
    var tracker = Tracker(minHits: 0)
    #expect(tracker.update(box(5), labels: [0]) == [1])
    #expect(tracker.update(box(5), labels: [1]) == [2])
    #expect(tracker.update(box(5), labels: [0]) == [1])
  }

  @Test("Boxes that are no boxes have no number and do no harm")
  func broken() {
    var tracker = Tracker(minHits: 0)
    let odd = Tensor([.nan, 0, 5, 5, 3, 3, 3, 9, 0, 0, 20, 20, 0, 0, .infinity, 4] as [Float], shape: [4, 4])
    #expect(tracker.update(Boxes(odd)) == [nil, nil, 1, nil])
    #expect(tracker.update(box(1)) == [1])
  }
}
