import Torch

/// How soon the right person comes up when each photograph is looked for among others: rank-1 and the cumulative match
/// characteristic (CMC).
public struct Identification: Sendable, Hashable {
  /// For each query that can be found at all: before how many wrong photographs' people the right one comes up, from 0.
  public let ranks: [Int]
  /// The queries whose person has no photograph in the gallery; they count nowhere.
  public let hopeless: Int

  /// Looks for every photograph among all the others of a set, never itself.
  ///
  /// - Parameters:
  ///   - embeddings: `[N, D]`, of length 1.
  ///   - people: who each shows, `[N]`.
  public init(embeddings: Tensor, people: [Int]) {
    self.init(queries: embeddings, people, gallery: embeddings, people, areTheSame: true)
  }

  /// Looks for queries in a gallery that has none of them.
  ///
  /// - Parameters:
  ///   - queries: `[N, D]`, of length 1, and who each shows.
  ///   - gallery: `[M, D]`, of length 1, and who each shows.
  public init(queries: Tensor, _ people: [Int], gallery: Tensor, _ galleryPeople: [Int]) {
    self.init(queries: queries, people, gallery: gallery, galleryPeople, areTheSame: false)
  }

  private init(queries: Tensor, _ people: [Int], gallery: Tensor, _ galleryPeople: [Int], areTheSame: Bool) {
    precondition(queries.shape[0] == people.count && gallery.shape[0] == galleryPeople.count, "a person an embedding")
    var ranks: [Int] = []
    var hopeless = 0
    // Some queries at a time: 13,000 photographs against each other would be 700 MB.
    for start in stride(from: 0, to: people.count, by: 512) {
      let part = queries[start..<min(start + 512, people.count)].matmul(gallery.mT)
      for (offset, row) in part.unbind().enumerated() {
        let query = start + offset
        let similarities = row.array(Float.self)
        var best: [Int: Float] = [:]  // each person's most similar photograph
        for (place, similarity) in similarities.enumerated() where !(areTheSame && place == query) {
          best[galleryPeople[place]] = max(best[galleryPeople[place]] ?? -.infinity, similarity)
        }
        guard let right = best[people[query]] else {
          hopeless += 1
          continue
        }
        ranks.append(best.count { $0.key != people[query] && $0.value >= right })
      }
    }
    self.ranks = ranks
    self.hopeless = hopeless
  }

  /// The share of queries whose most similar photograph is of the right person; NaN without queries.
  public var rank1: Double { matchRate(within: 1) }

  /// The share of queries whose person is among the first `count` people that come up.
  public func matchRate(within count: Int) -> Double {
    Double(ranks.count { $0 < count }) / Double(ranks.count)
  }

  /// The cumulative match characteristic: ``matchRate(within:)`` for 1 to `count`.
  public func cumulativeMatch(upTo count: Int) -> [Double] { (1...max(count, 1)).map(matchRate) }
}
