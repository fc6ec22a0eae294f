import ArgumentParser
import Foundation
import Fovea

/// `fovea faces verify`: whether it is the same person.
struct FacesVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Say whether two photographs show the same person.",
    discussion: """
      With --person, one photograph is compared with that person's in a gallery. With --false-accept-rate, the threshold is
      measured on the people of a gallery. With --json: {"distance": ..., "threshold": ..., "same": true}; the distance is
      1 minus the cosine.
      """)

  @OptionGroup var recognition: RecognizerOptions

  @Argument(help: "Two photographs, or one with --person.")
  var images: [String]

  @Option(help: "Somebody in the gallery.")
  var person: String?

  @Option(help: ArgumentHelp("The gallery's file.", valueName: "file"))
  var gallery: String?

  @OptionGroup var threshold: ThresholdOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    let needsGallery = person != nil || threshold.falseAcceptRate != nil
    guard needsGallery == (gallery != nil) else {
      throw ValidationError("--gallery goes together with --person or --false-accept-rate")
    }
    guard images.count == (person == nil ? 2 : 1) else {
      throw ValidationError(person == nil ? "give two photographs" : "give one photograph with --person")
    }
  }

  func run() throws {
    let recognizer = try recognition.load()
    let pictures = try images.map { try Image(contentsOf: URL(fileURLWithPath: $0)) }
    let known = try gallery.map {
      try FaceGallery(existingGallery($0), model: recognizer.fingerprint, dimensions: recognizer.model.embeddingSize)
    }
    let limit = try threshold.limit(recognizer, known)
    let answer: FaceVerification
    if let person, let known {
      answer = FaceVerification(
        distance: try known.distance(of: recognizer.embedding(of: pictures[0], named: images[0]), to: person),
        threshold: limit)
    } else {
      answer = try recognizer.verify(pictures[0], pictures[1], threshold: limit)
    }
    if json { return try Output.json(answer) }
    Output.print(answer.same ? "the same person" : "two people")
    Output.print(String(format: "  distance %.4f, threshold %.4f", answer.distance, answer.threshold))
  }
}
