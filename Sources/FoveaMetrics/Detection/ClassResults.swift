/// Everything of one class, image after image, with what became of each detection.
struct ClassResults {
  /// What a detection turned out to be.
  enum Outcome: UInt8 {
    /// It overlaps what does not count, or does not count itself: as if it were not there.
    case ignored
    case right
    case wrong
  }

  /// The scores of the detections that count, at most 100 an image, from the highest down in each image.
  private(set) var scores: [Double] = []

  /// The place of each in its image, by score, from 0.
  private(set) var ranks: [Int] = []

  /// What each is, by area range and least overlap: the range's number times 10, plus that of the overlap.
  private(set) var outcomes = [[Outcome]](
    repeating: [], count: COCOProtocol.areas.count * COCOProtocol.overlaps.count)

  /// How many gold objects there are to be found, by area range.
  private(set) var goldCounts = [Int](repeating: 0, count: COCOProtocol.areas.count)

  /// Adds one image's objects of this class.
  mutating func add(gold: [GoldObject], detected: [DetectedObject]) {
    let byScore = detected.enumerated().sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }
    let detected = byScore.prefix(COCOProtocol.most).map(\.element)
    scores += detected.lazy.map(\.score)
    ranks += detected.indices
    let overlaps = detected.flatMap { found in
      gold.map { found.box.overlap(withGold: $0.box, isCrowd: $0.isCrowd) }
    }
    for (number, area) in COCOProtocol.areas.enumerated() {
      let matching = Matching(gold: gold, detected: detected, overlaps: overlaps, area: area)
      goldCounts[number] += matching.countedGold
      for (place, least) in COCOProtocol.overlaps.enumerated() {
        matching.append(least: least, to: &outcomes[number * COCOProtocol.overlaps.count + place])
      }
    }
  }
}

/// Which detection finds which gold object, in one image, for one class and one range of areas.
private struct Matching {
  private let isOutside: [Bool]
  /// Overlaps row by row, a row a detection; the gold objects that count come first.
  private let overlaps: [Double]
  private let isCrowd: [Bool]
  /// The number of gold objects that count.
  let countedGold: Int

  init(gold: [GoldObject], detected: [DetectedObject], overlaps: [Double], area: ClosedRange<Double>) {
    let counts = gold.map { !$0.isCrowd && area.contains($0.area) }
    let order = gold.indices.filter { counts[$0] } + gold.indices.filter { !counts[$0] }
    countedGold = counts.count { $0 }
    isCrowd = order.map { gold[$0].isCrowd }
    isOutside = detected.map { !area.contains($0.box.area) }
    self.overlaps = detected.indices.flatMap { row in order.map { overlaps[row * gold.count + $0] } }
  }

  /// Adds the outcome of each detection.
  func append(least: Double, to outcomes: inout [ClassResults.Outcome]) {
    var isTaken = [Bool](repeating: false, count: isCrowd.count)
    for row in isOutside.indices {
      if let gold = bestGold(row, least: least, isTaken: isTaken) {
        isTaken[gold] = true
        outcomes.append(gold < countedGold ? .right : .ignored)
      } else {
        outcomes.append(isOutside[row] ? .ignored : .wrong)
      }
    }
  }

  /// The free gold object that a detection overlaps most, the last of equals; one that does not count only if none that
  /// counts is overlapped enough. A crowd is always free.
  private func bestGold(_ row: Int, least: Double, isTaken: [Bool]) -> Int? {
    var best: Int?
    var most = min(least, 1 - 1e-10)
    let start = row * isCrowd.count
    for gold in isCrowd.indices where !isTaken[gold] || isCrowd[gold] {
      if best != nil, gold >= countedGold, best.map({ $0 < countedGold }) == true { break }
      if overlaps[start + gold] >= most {
        most = overlaps[start + gold]
        best = gold
      }
    }
    return best
  }
}
