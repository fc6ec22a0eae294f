/// How many pairs of the same person are accepted, and how many of two, at every threshold on a distance: the receiver
/// operating characteristic of a verification.
public struct ReceiverOperatingCharacteristic: Sendable, Hashable {
  /// One point of the curve.
  public struct Point: Sendable, Hashable {
    /// Pairs at most this far apart are accepted. The first point's is minus infinity: nothing is accepted.
    public let threshold: Double
    /// The share of pairs of two people that are accepted: FAR, the false-positive rate.
    public let falseAcceptRate: Double
    /// The share of pairs of the same person that are accepted: TAR, the true-positive rate.
    public let trueAcceptRate: Double
  }

  /// From nothing accepted to everything, one point for each distance that occurs.
  public let points: [Point]

  /// The curve of pairs.
  ///
  /// - Parameters:
  ///   - distances: how far apart the two embeddings of each pair are; smaller is more alike.
  ///   - isSame: whether each pair is of the same person.
  /// - Precondition: there are as many of both, pairs of both kinds, and no distance is NaN.
  public init(distances: [Double], isSame: [Bool]) {
    let same = isSame.count { $0 }
    let others = isSame.count - same
    precondition(distances.count == isSame.count, "\(distances.count) distances of \(isSame.count) pairs")
    precondition(same > 0 && others > 0, "a curve needs pairs of the same person and pairs of two people")
    precondition(!distances.contains(where: \.isNaN), "a distance is not a number")
    let order = distances.indices.sorted { distances[$0] < distances[$1] }
    var points = [Point(threshold: -.infinity, falseAcceptRate: 0, trueAcceptRate: 0)]
    var (accepted, falselyAccepted) = (0, 0)
    for (place, index) in order.enumerated() {
      if isSame[index] { accepted += 1 } else { falselyAccepted += 1 }
      let isLast = place + 1 == order.count || distances[order[place + 1]] > distances[index]
      guard isLast else { continue }
      points.append(
        Point(
          threshold: distances[index], falseAcceptRate: Double(falselyAccepted) / Double(others),
          trueAcceptRate: Double(accepted) / Double(same)))
    }
    self.points = points
  }

  /// The area under the curve: how likely a pair of the same person is nearer than a pair of two; a draw counts half.
  public var area: Double {
    zip(points, points.dropFirst()).reduce(0) { area, step in
      area + (step.1.falseAcceptRate - step.0.falseAcceptRate) * (step.0.trueAcceptRate + step.1.trueAcceptRate) / 2
    }
  }

  /// Where as many pairs of two people are accepted as pairs of the same person are refused, between the points too.
  public var equalErrorRate: Double {
    for (a, b) in zip(points, points.dropFirst()) {
      // The gap between false rejects and false accepts falls along the curve.
      let before = 1 - a.trueAcceptRate - a.falseAcceptRate
      let after = 1 - b.trueAcceptRate - b.falseAcceptRate
      guard after <= 0 else { continue }
      let share = before == after ? 0 : before / (before - after)
      return a.falseAcceptRate + share * (b.falseAcceptRate - a.falseAcceptRate)
    }
    return 1
  }

  /// The largest share of pairs of the same person that can be accepted while at most this share of others is.
  public func trueAcceptRate(atFalseAcceptRate limit: Double) -> Double {
    point(atFalseAcceptRate: limit).trueAcceptRate
  }

  /// The threshold that accepts as many pairs as it can while it accepts at most this share of pairs of two people.
  ///
  /// With `n` pairs of two people, no rate below `1 / n` can be told from none at all.
  public func threshold(atFalseAcceptRate limit: Double) -> Double { point(atFalseAcceptRate: limit).threshold }

  private func point(atFalseAcceptRate limit: Double) -> Point {
    points.last { $0.falseAcceptRate <= limit } ?? points[0]
  }
}
