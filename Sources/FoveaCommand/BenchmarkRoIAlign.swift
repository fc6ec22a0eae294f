import ArgumentParser
import Fovea

extension Benchmark {
  /// `fovea benchmark roi-align`
  struct RoIAlign: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "roi-align",
      abstract: "Time RoIAlign of made-up features, channels-last and of stride 16: 7 x 7 bins of 2 x 2 samples.")

    @Option(help: "Regions, with sides of 10 to 200 pixels.")
    var regions = 512

    @Option(help: "Channels of the features.")
    var channels = 256

    @Flag(help: "Compute the features' gradient too.")
    var backward = false

    @OptionGroup var repetition: Repetition

    func validate() throws {
      guard regions > 0, channels > 0 else { throw ValidationError("--regions and --channels must be positive") }
    }

    func run() throws {
      repetition.begin()
      let generator = Generator(seed: 1)
      let features = Tensor.randn([2, channels, 50, 68], generator: generator).contiguous(.channelsLast)
      features.requiresGrad = backward
      let corners = Tensor.rand([regions, 2], generator: generator) * 600
      let sides = Tensor.rand([regions, 2], generator: generator) * 190 + 10
      let images = Tensor.arange(regions).remainder(2).to(.float32).unsqueeze(1)
      let places = Tensor.cat([images, corners, corners + sides], dim: 1)
      var gradient: Tensor?
      let (seconds, _) = try repetition.median {
        let result = features.roiAlign(places, size: 7, scale: 1 / 16, samplingRatio: 2)
        guard backward else { return }
        // Made once, in the order of memory that the layers behind would give it.
        let ones = gradient ?? Tensor.ones(like: result)
        gradient = ones
        _ = gradients(of: [result], for: [features], gradients: [ones])
      }
      try repetition.report("regions_per_second", Double(regions) / seconds)
    }
  }
}
