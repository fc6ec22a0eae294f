/// How fast something goes now: over the last half minute, so that a slow start is soon forgotten.
struct RecentRate {
  private var marks: [(time: Double, done: Int)]
  private let span = 30.0

  init(time: Double, done: Int) { marks = [(time, done)] }

  /// Notes how much is done at a time. Marks closer than half a second to the one before take its place.
  mutating func mark(time: Double, done: Int) {
    if marks.count > 1, time - marks[marks.count - 2].time < 0.5 { marks.removeLast() }
    marks.append((time, done))
    while marks.count > 2, time - marks[1].time > span { marks.removeFirst() }
  }

  /// Units a second; nil before anything is known.
  var perSecond: Double? {
    guard let first = marks.first, let last = marks.last, last.time > first.time else { return nil }
    return Double(last.done - first.done) / (last.time - first.time)
  }
}
