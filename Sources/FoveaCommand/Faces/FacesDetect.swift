import ArgumentParser
import Foundation
import Fovea

/// `fovea faces detect`: where the faces are.
struct FacesDetect: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect", abstract: "Find the faces of photographs and their landmarks.",
    discussion: """
      With --json, one object a line: {"image": PATH, "faces": [{"box": [left, top, right, bottom], "probability": ...,
      "landmarks": [[x, y], ...]}]}, the largest face first; landmarks are eyes, nose and corners of the mouth.
      """)

  @Argument(help: "Image files.")
  var images: [String]

  @OptionGroup var detection: DetectorOptions

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("Draw the first image with its faces into this file.", valueName: "file"))
  var draw: String?

  func run() throws {
    let detector = try detection.load()
    var drawn = false
    try forEachFile(images) { path in
      let image = try Image(contentsOf: URL(fileURLWithPath: path), mode: .rgb)
      let faces = detector.detect(image.tensor)
      try show(faces, of: path)
      if let draw, !drawn {
        try image.drawing(faces: faces).write(to: URL(fileURLWithPath: draw))
        Output.message("Drew \(draw)")
        drawn = true
      }
    }
  }

  private func show(_ faces: [DetectedFace], of path: String) throws {
    if json { return try Output.json(Answer(image: path, faces: faces)) }
    Output.print("\(path): \(faces.count) \(faces.count == 1 ? "face" : "faces")")
    for face in faces {
      let box = face.box.map { String(format: "%.1f", $0) }.joined(separator: " ")
      Output.print("  " + String(format: "%.4f", face.probability) + "  " + box)
    }
  }

  private struct Answer: Encodable {
    let image: String
    let faces: [DetectedFace]
  }
}
