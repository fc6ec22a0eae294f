import Foundation

/// Two photographs to be compared, by their places in a set.
public struct FacePair: Sendable, Hashable {
  public let first: Int
  public let second: Int
  /// Whether both show the same person.
  public let isSame: Bool
  /// Which part of its list it is of, from 0.
  public let fold: Int

  public init(_ first: Int, _ second: Int, isSame: Bool, fold: Int = 0) {
    self.first = first
    self.second = second
    self.isSame = isSame
    self.fold = fold
  }

  /// Every pair of a set, each once.
  ///
  /// - Parameter people: who each photograph shows.
  public static func all(of people: [Int]) -> [FacePair] {
    people.indices.flatMap { first in
      ((first + 1)..<max(people.count, first + 1)).map { FacePair(first, $0, isSame: people[first] == people[$0]) }
    }
  }

  /// As many pairs of the same person as of two people, drawn at random, no pair twice.
  ///
  /// Fewer come back where a set does not have so many.
  public static func sampled(_ count: Int, of people: [Int], seed: UInt64 = 0) -> [FacePair] {
    var random = RandomSource(seed: seed)
    var photographs: [Int: [Int]] = [:]
    for (index, person) in people.enumerated() { photographs[person, default: []].append(index) }
    let pairable = photographs.keys.sorted().compactMap { person in
      photographs[person].flatMap { $0.count > 1 ? $0 : nil }
    }
    var found: Set<FacePair> = []
    var pairs: [FacePair] = []
    func take(_ a: Int, _ b: Int) {
      let pair = FacePair(min(a, b), max(a, b), isSame: people[a] == people[b])
      if a != b, found.insert(pair).inserted { pairs.append(pair) }
    }
    // Draws that find a pair again are wasted, so their number is bounded.
    for _ in 0..<(8 * count) where !pairable.isEmpty && pairs.count < count / 2 {
      let own = pairable[random.integer(in: 0..<pairable.count)]
      take(own[random.integer(in: 0..<own.count)], own[random.integer(in: 0..<own.count)])
    }
    let same = pairs.count
    for _ in 0..<(8 * count) where photographs.count > 1 && pairs.count < same + count / 2 {
      let (a, b) = (random.integer(in: 0..<people.count), random.integer(in: 0..<people.count))
      if people[a] != people[b] { take(a, b) }
    }
    return pairs
  }
}
