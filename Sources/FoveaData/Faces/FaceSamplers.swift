import Foundation

/// Photographs by whom they show, for samplers that draw people first.
private struct PeopleIndex: Sendable {
  /// The photographs of each person who has at least so many.
  let photographs: [[Int]]

  init(_ people: [Int], atLeast count: Int) {
    var found: [Int: [Int]] = [:]
    for (index, person) in people.enumerated() { found[person, default: []].append(index) }
    photographs = found.keys.sorted().compactMap { found[$0] }.filter { $0.count >= count }
  }

  /// `count` photographs of a person: different ones as long as there are such.
  func draw(_ count: Int, of person: Int, using random: inout RandomSource) -> [Int] {
    var drawn: [Int] = []
    while drawn.count < count {
      drawn += photographs[person].shuffled(using: &random).prefix(count - drawn.count)
    }
    return drawn
  }
}

/// P people and K photographs of each in every batch, as mined triplets and in-batch losses need (Hermans, Beyer and
/// Leibe, 2017). Use it with batches of `people · photographs`.
///
/// An epoch has as many batches as it takes to see as many photographs as there are. People come equally often, however
/// many photographs they have; who has a single one is left out.
public struct IdentityBalancedSampler: Sampler {
  public let count: Int
  /// P.
  public let people: Int
  /// K.
  public let photographs: Int
  private let index: PeopleIndex
  private let seed: UInt64

  /// - Parameter labels: who each photograph shows.
  /// - Precondition: at least `people` people have two photographs.
  public init(_ labels: [Int], people: Int, photographs: Int, seed: UInt64 = 0) {
    precondition(people > 0 && photographs > 0, "batches of \(people) people with \(photographs) photographs each")
    index = PeopleIndex(labels, atLeast: min(2, photographs))
    precondition(
      index.photographs.count >= people,
      "\(index.photographs.count) people have two photographs, and a batch is to have \(people)")
    self.people = people
    self.photographs = photographs
    self.seed = seed
    let size = people * photographs
    count = max(1, labels.count / size) * size
  }

  public func indices(epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, epoch: epoch, index: RandomSampler.stream)
    var order: [Int] = []
    var waiting: [Int] = []
    while order.count < count {
      // Everybody once before anybody comes again; nobody twice in a batch.
      let batch: [Int]
      if waiting.count >= people {
        batch = Array(waiting.prefix(people))
        waiting.removeFirst(people)
      } else {
        let rest = waiting
        let fresh = index.photographs.indices.filter { !rest.contains($0) }.shuffled(using: &random)
        batch = rest + fresh.prefix(people - rest.count)
        waiting = Array(fresh.dropFirst(people - rest.count)) + rest
      }
      for person in batch { order += index.draw(photographs, of: person, using: &random) }
    }
    return order
  }
}

/// Triplets, one after the other: an anchor, another photograph of the same person, and one of somebody else.
///
/// Every person with two photographs is the anchor once an epoch. Use it with batches of three times the triplets.
public struct TripletSampler: Sampler {
  public let count: Int
  private let sets: QuerySetSampler

  /// - Parameter labels: who each photograph shows.
  /// - Precondition: somebody has two photographs, and there is somebody else.
  public init(_ labels: [Int], seed: UInt64 = 0) {
    sets = QuerySetSampler(labels, negatives: 1, seed: seed)
    count = sets.count
  }

  public func indices(epoch: Int) -> [Int] { sets.indices(epoch: epoch) }
}

/// Sets of a query, a positive (the same person) and negatives, each of another person, one set after the other.
///
/// Every person with two photographs is the query once an epoch, or every photograph of such a person. Use it with batches
/// of a multiple of `negatives + 2`.
public struct QuerySetSampler: Sampler {
  public let count: Int
  /// The photographs of other people in a set.
  public let negatives: Int
  private let queries: PeopleIndex
  private let everybody: PeopleIndex
  private let people: [Int]
  private let takesEveryPhotograph: Bool
  private let seed: UInt64

  /// - Parameters:
  ///   - labels: who each photograph shows.
  ///   - everyPhotograph: whether each photograph of a person is the query once an epoch, in place of one that is drawn.
  /// - Precondition: somebody has two photographs, and there are at least `negatives` others.
  public init(_ labels: [Int], negatives: Int = 30, everyPhotograph: Bool = false, seed: UInt64 = 0) {
    queries = PeopleIndex(labels, atLeast: 2)
    everybody = PeopleIndex(labels, atLeast: 1)
    precondition(
      !queries.photographs.isEmpty && everybody.photographs.count > negatives,
      "sets of \(negatives) others, from \(everybody.photographs.count) people")
    precondition(negatives > 0, "sets of \(negatives) others")
    people = labels
    self.negatives = negatives
    takesEveryPhotograph = everyPhotograph
    self.seed = seed
    count = (everyPhotograph ? queries.photographs.joined().count : queries.photographs.count) * (negatives + 2)
  }

  public func indices(epoch: Int) -> [Int] {
    var random = RandomSource(seed: seed, epoch: epoch, index: RandomSampler.stream)
    var order: [Int] = []
    order.reserveCapacity(count)
    let turns = queries.photographs.indices.flatMap { person -> [(person: Int, query: Int?)] in
      takesEveryPhotograph ? queries.photographs[person].map { (person, $0) } : [(person, nil)]
    }
    for (person, query) in turns.shuffled(using: &random) {
      var own = queries.draw(2, of: person, using: &random)
      if let query { own = [query, own[0] == query ? own[1] : own[0]] }
      order += own
      var others: Set<Int> = []
      while others.count < negatives {
        let other = random.integer(in: 0..<everybody.photographs.count)
        guard people[everybody.photographs[other][0]] != people[own[0]], others.insert(other).inserted else { continue }
        order += everybody.draw(1, of: other, using: &random)
      }
    }
    return order
  }
}
