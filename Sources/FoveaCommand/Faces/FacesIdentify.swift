import ArgumentParser
import Foundation
import Fovea

/// `fovea faces identify`: who it is.
struct FacesIdentify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "identify", abstract: "Say who photographs show, of the people in a gallery.",
    discussion: """
      With --json, one object for each face: {"image": PATH, "box": [...], "matches": [{"person": ..., "similarity": ...,
      "photograph": ...}]}, the most similar first; none where nobody is within the threshold.
      """)

  @OptionGroup var recognition: RecognizerOptions

  @Option(help: ArgumentHelp("The gallery's file.", valueName: "file"))
  var gallery: String

  @Argument(help: "Photographs.")
  var images: [String]

  @Option(help: "How many people to give for each face.")
  var top = 3

  @OptionGroup var threshold: ThresholdOptions

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("Draw the first photograph with names into this file.", valueName: "file"))
  var draw: String?

  func validate() throws {
    guard top > 0 else { throw ValidationError("--top is \(top); it must be 1 or more") }
  }

  func run() throws {
    let recognizer = try recognition.load()
    let gallery = try FaceGallery(
      existingGallery(gallery), model: recognizer.fingerprint, dimensions: recognizer.model.embeddingSize)
    let limit = try threshold.limit(recognizer, gallery)
    var drawn = false
    try forEachFile(images) { path in
      let image = try Image(contentsOf: URL(fileURLWithPath: path), mode: .rgb)
      let faces = recognizer.detector?.detect(image.tensor) ?? []
      guard recognizer.detector == nil || !faces.isEmpty else { throw FaceError.noFace(path) }
      let alignment = FaceAlignment(size: recognizer.configuration.input.size)
      let chips = faces.isEmpty ? [image] : faces.map { alignment.chip(of: image, landmarks: $0.landmarks) ?? image }
      let embeddings = try recognizer.embed(chips)
      var names: [String] = []
      for (index, embedding) in embeddings.unbind().enumerated() {
        let matches = try gallery.identify(embedding, top: top, threshold: limit)
        try show(matches, of: path, face: faces.isEmpty ? nil : faces[index])
        names.append(matches.first?.person ?? "unknown")
      }
      if let draw, !drawn {
        // A chip is all face.
        let whole = DetectedFace(
          box: [0, 0, Double(image.width), Double(image.height)], probability: 1, landmarks: [])
        try image.drawing(faces: faces.isEmpty ? [whole] : faces, names: names).write(to: URL(fileURLWithPath: draw))
        Output.message("Drew \(draw)")
        drawn = true
      }
    }
  }

  private func show(_ matches: [FaceMatch], of path: String, face: DetectedFace?) throws {
    if json { return try Output.json(Answer(image: path, box: face?.box, matches: matches)) }
    let place = face.map { " at " + $0.box.map { String(format: "%.0f", $0) }.joined(separator: " ") } ?? ""
    Output.print(path + place + (matches.isEmpty ? ": unknown" : ""))
    for match in matches { Output.print("  " + String(format: "%.4f", match.similarity) + "  " + match.person) }
  }

  private struct Answer: Encodable {
    let image: String
    let box: [Double]?
    let matches: [FaceMatch]
  }
}
