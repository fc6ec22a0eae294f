import Testing

@testable import FoveaData

@Suite struct FaceSamplerTests {
  /// 12 people with 1 to 6 photographs.
  let labels = (0..<12).flatMap { person in Array(repeating: person, count: 1 + person % 6) }

  @Test func everyBatchHasItsPeopleAndPhotographs() {
    let sampler = IdentityBalancedSampler(labels, people: 4, photographs: 3, seed: 5)
    for epoch in 0..<5 {
      let order = sampler.indices(epoch: epoch)
      #expect(order.count == sampler.count && order.count.isMultiple(of: 12))
      for start in stride(from: 0, to: order.count, by: 12) {
        let people = order[start..<(start + 12)].map { labels[$0] }
        #expect(Set(people).count == 4)
        #expect(stride(from: 0, to: 12, by: 3).allSatisfy { Set(people[$0..<($0 + 3)]).count == 1 })
      }
    }
  }

  @Test func whoHasEnoughPhotographsHasDifferentOnesInABatch() {
    let many = (0..<6).flatMap { Array(repeating: $0, count: 5) }
    let order = IdentityBalancedSampler(many, people: 3, photographs: 4, seed: 1).indices(epoch: 0)
    for start in stride(from: 0, to: order.count, by: 4) { #expect(Set(order[start..<(start + 4)]).count == 4) }
  }

  @Test func peopleComeEquallyOftenAndASinglePhotographNever() {
    let sampler = IdentityBalancedSampler(labels, people: 5, photographs: 2, seed: 2)
    var times: [Int: Int] = [:]
    for epoch in 0..<50 {
      for index in sampler.indices(epoch: epoch) { times[labels[index], default: 0] += 1 }
    }
    #expect(times.keys.sorted() == (0..<12).filter { $0 % 6 > 0 })
    let counts = times.values
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 100)
  }

  @Test func anEpochFollowsFromItsSeedAndNumber() {
    func order(_ seed: UInt64, _ epoch: Int) -> [Int] {
      IdentityBalancedSampler(labels, people: 4, photographs: 2, seed: seed).indices(epoch: epoch)
    }
    #expect(order(1, 0) == order(1, 0))
    #expect(order(1, 0) != order(1, 1))
    #expect(order(1, 0) != order(2, 0))
  }

  @Test func aTripletIsTwoOfOnePersonAndOneOfAnother() {
    let sampler = TripletSampler(labels, seed: 3)
    let order = sampler.indices(epoch: 4)
    #expect(order.count == sampler.count && order.count == 30)  // ten people have two photographs
    for start in stride(from: 0, to: order.count, by: 3) {
      let (a, p, n) = (order[start], order[start + 1], order[start + 2])
      #expect(a != p && labels[a] == labels[p] && labels[a] != labels[n])
    }
    let anchors = stride(from: 0, to: 30, by: 3).map { labels[order[$0]] }
    #expect(Set(anchors).count == 10)
  }

  @Test func aQuerySetsNegativesAreAllOfOtherPeople() {
    let sampler = QuerySetSampler(labels, negatives: 9, seed: 3)
    let order = sampler.indices(epoch: 1)
    #expect(order.count == sampler.count && order.count == 10 * 11)
    for start in stride(from: 0, to: order.count, by: 11) {
      let people = order[start..<(start + 11)].map { labels[$0] }
      #expect(people[0] == people[1] && order[start] != order[start + 1])
      #expect(Set(people.dropFirst(2)).count == 9 && !people.dropFirst(2).contains(people[0]))
    }
  }

  @Test func everyPhotographIsAQueryOnce() {
    let sampler = QuerySetSampler(labels, negatives: 1, everyPhotograph: true, seed: 3)
    let order = sampler.indices(epoch: 1)
    let pairable = labels.indices.filter { labels[$0] % 6 > 0 }  // of the ten people with two photographs
    #expect(order.count == sampler.count && order.count == pairable.count * 3)
    let starts = stride(from: 0, to: order.count, by: 3)
    #expect(starts.map { order[$0] }.sorted() == pairable)
    for start in starts {
      let (query, positive, negative) = (order[start], order[start + 1], order[start + 2])
      #expect(query != positive && labels[query] == labels[positive] && labels[query] != labels[negative])
    }
    #expect(order == sampler.indices(epoch: 1) && order != sampler.indices(epoch: 2))
  }

  @Test func pairsOfASet() {
    let pairs = FacePair.all(of: [0, 0, 1])
    #expect(pairs == [FacePair(0, 1, isSame: true), FacePair(0, 2, isSame: false), FacePair(1, 2, isSame: false)])
    #expect(FacePair.all(of: []).isEmpty && FacePair.all(of: [3]).isEmpty)
    let drawn = FacePair.sampled(20, of: labels, seed: 1)
    #expect(Set(drawn).count == 20 && drawn.count { $0.isSame } == 10)
    #expect(drawn.allSatisfy { $0.isSame == (labels[$0.first] == labels[$0.second]) && $0.first != $0.second })
    #expect(drawn == FacePair.sampled(20, of: labels, seed: 1))
    #expect(FacePair.sampled(10, of: [1, 2], seed: 1).allSatisfy { !$0.isSame })
  }
}
