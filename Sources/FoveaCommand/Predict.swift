import ArgumentParser
import Foundation
import Fovea

import enum FoveaTraining.Precision

/// `fovea predict`: what images show.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what images show.",
    discussion: """
      MODEL is the folder of a run or of a model that transformers saved, a file of published weights (.safetensors, .pth),
      whose architecture is recognised, or a model's name on the Hugging Face Hub (NAME, or NAME@REVISION), which is fetched
      once.
      With --json, one object a line: {"image": PATH, "predictions": [{"label": ..., "index": ..., "probability": ...}]},
      best first. A detector gives objects, {"label": ..., "index": ..., "score": ..., "box": [left, top, right, bottom]} in
      pixels, takes folders of images too, and draws each image into a file (or, of several, into a folder).

        fovea predict runs/demo shirt.png
        fovea predict efficientnet_lite0.pth flower.jpg --top 3 --draw answer.png
        fovea predict vit_tiny.safetensors flower.jpg --explain why.png
        fovea predict microsoft/resnet-50 flower.jpg
      """)

  @Argument(help: "A run's or a model's folder, a file of weights, or a name on the Hub.")
  var model: String

  @Argument(help: "Image files: JPEG, PNG, WebP, PPM or PGM; for a detector also folders of them.")
  var images: [String]

  @Option(help: "How many guesses to give for each image.")
  var top = 5

  @Option(help: "How sure a detector must be of an object; the recipe's threshold unless given.")
  var threshold: Double?

  @Flag(
    help: "Take a folder's images for the frames of a video, and give each object a number that it keeps (a detector).")
  var track = false

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("Draw the images with their best guesses into this file.", valueName: "file"))
  var draw: String?

  @Option(
    help: ArgumentHelp(
      "Draw what counted for the best guess into this file: attention roll-out or Grad-CAM.", valueName: "file"))
  var explain: String?

  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N or mps.")
  var device = "auto"

  @Option(help: "fp32, bf16, or auto: bf16 where the hardware has it.")
  var precision = Precision.fp32

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top is \(top); it must be 1 or more") }
    if let threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold is \(threshold); it must be in 0...1")
    }
  }

  func run() throws {
    let found = try Hub().location(ofModel: model, progress: downloadProgress())
    let url = ModelFolder.run(of: found) ?? found
    switch url.isFolder ? try VisionTask(ofModelIn: url) : .classification {
    case .classification:
      let device = try Device(device)
      let dtype = precision.autocastType(on: device) ?? .float32
      let classifier = try Classifier(contentsOf: url, device: device, dtype: dtype)
      if !classifier.report.isClean { Output.message("\(model): \(classifier.report)") }
      try classify(with: classifier)
    case .faces:
      throw Failure(
        "\(model) compares faces: use `fovea faces verify` for two photographs, `fovea faces identify` with a gallery")
    case .detection: try detect(with: Detector(contentsOf: url, device: Device(device)))
    case .captioning: try describe(with: Captioner(contentsOf: url, device: Device(device)))
    }
  }

  private func classify(with classifier: Classifier) throws {
    var drawn: [(image: Image, caption: String)] = []
    var explained: [(image: Image, caption: String)] = []
    var failures = 0
    for path in images {
      do {
        let image = try Image(contentsOf: URL(fileURLWithPath: path))
        let predictions = try classifier.predict(image, top: top)
        try show(predictions, of: path)
        if draw != nil { drawn.append((image, caption(predictions[0]))) }
        if explain != nil {
          let explanation = try classifier.explain(image)
          explained.append((explanation.image, caption(explanation.prediction)))
        }
      } catch {
        failures += 1
        Output.message("Error: \(error)")
      }
    }
    for case (let file?, let pictures) in [(draw, drawn), (explain, explained)] where !pictures.isEmpty {
      try ImageGrid(pictures.map(\.image), captions: pictures.map(\.caption)).render()
        .write(to: URL(fileURLWithPath: file))
      Output.message("Drew \(file)")
    }
    if failures > 0 { throw ExitCode.failure }
  }

  private func show(_ predictions: [Prediction], of path: String) throws {
    if json { return try Output.json(Answer(image: path, predictions: predictions)) }
    Output.print(path)
    for prediction in predictions {
      Output.print("  " + percent(prediction.probability) + "  " + prediction.label)
    }
  }

  private func caption(_ best: Prediction) -> String { "\(best.label) \(percent(best.probability))" }

  private func percent(_ probability: Double) -> String { String(format: "%5.1f %%", probability * 100) }

  private struct Answer: Encodable {
    let image: String
    let predictions: [Prediction]
  }
}

extension URL {
  /// Whether there is a folder here.
  var isFolder: Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
