import Foundation

extension RandomSource {
  /// A number in 0...1 of the beta distribution with both parameters `alpha`: near 0 and 1 where alpha is below 1, even where
  /// it is 1.
  mutating func beta(_ alpha: Double) -> Double {
    let first = gamma(alpha)
    let second = gamma(alpha)
    // Both can vanish where alpha is tiny; the limit is a coin.
    return first + second > 0 ? first / (first + second) : (chance(0.5) ? 1 : 0)
  }

  /// A number of the gamma distribution with scale 1 (Marsaglia and Tsang: "A simple method for generating gamma
  /// variables", 2000).
  private mutating func gamma(_ shape: Double) -> Double {
    if shape < 1 { return gamma(shape + 1) * pow(1 - uniform(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = pow(1 + c * x, 3)
      if v > 0, log(1 - uniform()) < x * x / 2 + d - d * v + d * log(v) { return d * v }
    }
  }

  /// A number of mean 0 and standard deviation 1 (Box and Muller, 1958).
  private mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
