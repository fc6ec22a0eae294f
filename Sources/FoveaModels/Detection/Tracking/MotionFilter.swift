/// A Kalman filter (1960) for one number that changes by nearly as much in every frame: its value, its speed, and how sure
/// both are.
struct MotionFilter: Sendable {
  /// The value as far as it is known.
  private(set) var value: Double
  /// By how much it changes a frame.
  var speed = 0.0

  // The covariance of value and speed.
  private var valueVariance: Double
  private var covariance = 0.0
  private var speedVariance: Double

  /// How uncertain each frame makes the value, and the speed; and how uncertain a measurement is. All are variances.
  let valueNoise: Double
  let speedNoise: Double
  let measurementNoise: Double

  /// A number of which nothing but a first measurement is known.
  init(
    _ value: Double, variance: Double, speedVariance: Double, noise: (value: Double, speed: Double, measured: Double)
  ) {
    self.value = value
    valueVariance = variance
    self.speedVariance = speedVariance
    (valueNoise, speedNoise, measurementNoise) = noise
  }

  /// Goes on by a frame.
  mutating func predict() {
    value += speed
    valueVariance += 2 * covariance + speedVariance + valueNoise
    covariance += speedVariance
    speedVariance += speedNoise
  }

  /// Takes a measurement in, by as much as it is surer than what was known.
  mutating func correct(_ measured: Double) {
    let total = valueVariance + measurementNoise
    let (valueGain, speedGain) = (valueVariance / total, covariance / total)
    let surprise = measured - value
    value += valueGain * surprise
    speed += speedGain * surprise
    speedVariance -= speedGain * covariance
    covariance -= valueGain * covariance
    valueVariance -= valueGain * valueVariance
  }
}
