import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark mtcnn`
  struct FaceDetection: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "mtcnn", abstract: "Time how fast the faces of a photograph are found, once it has been read.")

    @Argument(help: "The photograph.")
    var image: String

    @OptionGroup var detection: DetectorOptions
    @OptionGroup var repetition: Repetition

    func run() throws {
      repetition.begin()
      let detector = try detection.load()
      let pixels = try Image(contentsOf: URL(fileURLWithPath: image), mode: .rgb).tensor
      let (seconds, _) = try repetition.median { _ = detector.detect(pixels) }
      try repetition.report("images_per_second", 1 / seconds)
    }
  }
}
