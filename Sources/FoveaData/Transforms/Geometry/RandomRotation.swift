import Torch

/// Turned around its centre by a random angle, in the same size. torchvision's name: `RandomRotation`.
public struct RandomRotation: Transform {
  /// In degrees, counter-clockwise.
  public var degrees: ClosedRange<Double>
  public var interpolation: Interpolation
  /// What the corners that become free are filled with, in the image's own units.
  public var fill: Double

  public init(degrees: ClosedRange<Double>, _ interpolation: Interpolation = .bilinear, fill: Double = 0) {
    self.degrees = degrees
    self.interpolation = interpolation
    self.fill = fill
  }

  /// By at most so many degrees, to either side.
  public init(degrees: Double, _ interpolation: Interpolation = .bilinear, fill: Double = 0) {
    self.init(degrees: -abs(degrees)...abs(degrees), interpolation, fill: fill)
  }

  public func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample {
    sample.warped(by: .rotation(degrees: random.uniform(in: degrees)), interpolation, fill: fill)
  }

  public var description: String { "RandomRotation(degrees: \(degrees), \(interpolation), fill: \(fill))" }
}
