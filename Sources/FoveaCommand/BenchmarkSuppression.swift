import ArgumentParser
import Fovea

extension Benchmark {
  /// `fovea benchmark nms`
  struct Suppression: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "nms",
      abstract: "Time non-maximum suppression of made-up boxes, class by class, above an overlap of 0.5.")

    @Option(help: "Boxes, in 800 x 800 pixels, with sides of 10 to 200.")
    var boxes = 8000

    @Option(help: "Classes; each has as many boxes.")
    var classes = 20

    @OptionGroup var repetition: Repetition

    func validate() throws {
      guard boxes > 0, classes > 0 else { throw ValidationError("--boxes and --classes must be positive") }
    }

    func run() throws {
      repetition.begin()
      let generator = Generator(seed: 1)
      let corners = Tensor.rand([boxes, 2], generator: generator) * 800
      let sides = Tensor.rand([boxes, 2], generator: generator) * 190 + 10
      let scores = Tensor.rand([boxes], generator: generator)
      let found = Boxes<XYXY>(.cat([corners, corners + sides], dim: 1))
      let labels = Tensor.arange(boxes).remainder(classes)
      let (seconds, _) = try repetition.median { _ = found.nms(scores: scores, groups: labels, threshold: 0.5) }
      try repetition.report("boxes_per_second", Double(boxes) / seconds)
    }
  }
}
