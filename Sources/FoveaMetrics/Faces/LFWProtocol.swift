import Torch

/// The protocol of Labeled Faces in the Wild, "unrestricted with labelled outside data" (Huang et al., 2007): pairs in ten
/// folds, the threshold of each fold chosen on the other nine.
///
/// Distances are the squared length between embeddings of length 1, 0...4, and the details are those of FaceNet's
/// evaluation, which insightface and facenet-pytorch share: thresholds 0, 0.01, ..., 4 for the accuracy, the first of equal
/// ones; and 0, 0.001, ..., 4 for the validation rate, between which the one for the wanted false-accept rate is read off.
public struct LFWProtocol: Sendable, Hashable {
  /// A mean over folds, and the deviation between them (of the population, as is usual here).
  public struct Estimate: Sendable, Hashable, Codable {
    public let mean: Double
    public let deviation: Double

    /// - Precondition: there is at least one value.
    init(_ values: [Double]) {
      let mean = values.reduce(0, +) / Double(values.count)
      self.mean = mean
      deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }
  }

  /// The accuracy of each fold.
  public let accuracies: [Double]
  /// The threshold that each fold was judged by.
  public let thresholds: [Double]
  /// The accuracy over the folds: LFW's figure.
  public let accuracy: Estimate
  /// The share of pairs of the same person that are accepted at the wanted false-accept rate: VAL@FAR.
  public let validationRate: Estimate
  /// The false-accept rate that was reached on the folds; it is near the wanted one.
  public let falseAcceptRate: Double

  /// Judges pairs by their distances.
  ///
  /// - Parameters:
  ///   - distances: one a pair.
  ///   - isSame: whether each pair is of the same person.
  ///   - folds: which fold each pair is of.
  ///   - wantedFalseAcceptRate: of the validation rate.
  /// - Precondition: there are two folds or more, and both kinds of pairs in every one.
  public init(distances: [Double], isSame: [Bool], folds: [Int], wantedFalseAcceptRate: Double = 1e-3) {
    self.init(isSame: isSame, folds: folds, wantedFalseAcceptRate: wantedFalseAcceptRate) { _ in distances }
  }

  /// Judges pairs of embeddings `[N, D]`.
  ///
  /// - Parameter subtractsMean: whether the mean embedding of the other nine folds is taken off before distances are
  ///   measured.
  public init(
    _ first: Tensor, _ second: Tensor, isSame: [Bool], folds: [Int], subtractsMean: Bool = false,
    wantedFalseAcceptRate: Double = 1e-3
  ) {
    let plain = (first - second).square().sum(dim: 1).array(Double.self)
    self.init(isSame: isSame, folds: folds, wantedFalseAcceptRate: wantedFalseAcceptRate) { training in
      guard subtractsMean else { return plain }
      let mean = Tensor.cat([first, second].map { $0.indexSelect(dim: 0, Tensor(training)) }).mean(dim: 0)
      let moved = (first - mean).normalize(dim: 1) - (second - mean).normalize(dim: 1)
      return moved.square().sum(dim: 1).array(Double.self)
    }
  }

  /// - Parameter distances: of all pairs, for the fold whose training pairs it is handed.
  private init(isSame: [Bool], folds: [Int], wantedFalseAcceptRate: Double, distances: ([Int]) -> [Double]) {
    let numbers = Set(folds).sorted()
    precondition(
      numbers.count > 1 && folds.count == isSame.count,
      "\(isSame.count) pairs, \(folds.count) of them in \(numbers.count) folds")
    var (accuracies, thresholds, validations, falseAccepts) = ([Double](), [Double](), [Double](), [Double]())
    for fold in numbers {
      let training = isSame.indices.filter { folds[$0] != fold }
      let all = distances(training)
      precondition(all.count == isSame.count, "\(all.count) distances of \(isSame.count) pairs")
      let known = PairCounts(training.map { (all[$0], isSame[$0]) })
      let judged = PairCounts(isSame.indices.filter { folds[$0] == fold }.map { (all[$0], isSame[$0]) })

      let best = Self.steps(400).reduce(into: (threshold: 0.0, accuracy: -1.0)) { best, threshold in
        let accuracy = known.accuracy(below: threshold)
        if accuracy > best.accuracy { best = (threshold, accuracy) }
      }
      thresholds.append(best.threshold)
      accuracies.append(judged.accuracy(below: best.threshold))

      let threshold = Self.threshold(of: known, for: wantedFalseAcceptRate)
      validations.append(judged.acceptRate(below: threshold, same: true))
      falseAccepts.append(judged.acceptRate(below: threshold, same: false))
    }
    self.accuracies = accuracies
    self.thresholds = thresholds
    accuracy = Estimate(accuracies)
    validationRate = Estimate(validations)
    falseAcceptRate = Estimate(falseAccepts).mean
  }

  /// 0 to 4 in so many steps.
  private static func steps(_ count: Int) -> [Double] { (0..<count).map { Double($0) * (4 / Double(count)) } }

  /// The threshold at which a false-accept rate is reached, on the line between the two steps around it; 0 where no step
  /// reaches it.
  private static func threshold(of known: PairCounts, for rate: Double) -> Double {
    let steps = steps(4000)
    let rates = steps.map { known.acceptRate(below: $0, same: false) }
    guard let upper = rates.firstIndex(where: { $0 >= rate }) else { return 0 }
    guard upper > 0 else { return steps[0] }
    let share = (rate - rates[upper - 1]) / (rates[upper] - rates[upper - 1])
    return steps[upper - 1] + share * (steps[upper] - steps[upper - 1])
  }
}

/// Distances of both kinds of pairs, sorted, so that counts below a threshold are found by halving.
private struct PairCounts {
  private let same: [Double]
  private let others: [Double]

  init(_ pairs: [(distance: Double, isSame: Bool)]) {
    same = pairs.filter(\.isSame).map(\.distance).sorted()
    others = pairs.filter { !$0.isSame }.map(\.distance).sorted()
    precondition(!same.isEmpty && !others.isEmpty, "every fold needs pairs of the same person and pairs of two people")
  }

  func accuracy(below threshold: Double) -> Double {
    let right = Self.count(same, below: threshold) + others.count - Self.count(others, below: threshold)
    return Double(right) / Double(same.count + others.count)
  }

  func acceptRate(below threshold: Double, same wantsSame: Bool) -> Double {
    let distances = wantsSame ? same : others
    return Double(Self.count(distances, below: threshold)) / Double(distances.count)
  }

  private static func count(_ sorted: [Double], below threshold: Double) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < threshold { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
