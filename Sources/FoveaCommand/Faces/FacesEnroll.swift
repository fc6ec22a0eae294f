import ArgumentParser
import Foundation
import Fovea

/// `fovea faces enroll`: makes people known.
struct FacesEnroll: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enroll", abstract: "Add photographs of people to a gallery.",
    discussion: """
      Photographs themselves are not kept, only their names and embeddings. Ask people before you enrol them.

        fovea faces enroll --model runs/faces --gallery team.gallery --person Ada ada1.jpg ada2.jpg
        fovea faces enroll --model runs/faces --gallery team.gallery --data people:photos --chips
      """)

  @OptionGroup var recognition: RecognizerOptions

  @Option(help: ArgumentHelp("The gallery's file; made if it is not there.", valueName: "file"))
  var gallery: String

  @Option(help: "The person's name.")
  var person: String?

  @Option(help: ArgumentHelp("A whole set of people, a folder each: people:PATH.", valueName: "spec"))
  var data: String?

  @Argument(help: "Photographs of the person.")
  var images: [String] = []

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (person != nil && !images.isEmpty && data == nil) || (person == nil && images.isEmpty && data != nil) else {
      throw ValidationError("give either --person NAME and photographs, or --data")
    }
  }

  func run() throws {
    let recognizer = try recognition.load()
    let gallery = try FaceGallery(
      URL(fileURLWithPath: gallery), model: recognizer.fingerprint, dimensions: recognizer.model.embeddingSize)
    var enrolled: [String: Int] = [:]
    try forEachFile(try photographs()) { name, path in
      let url = URL(fileURLWithPath: path)
      let image = try Image(contentsOf: url)
      try gallery.enroll(
        name, source: path, digest: Checksum.sha256("").computed(for: url).description,
        embedding: recognizer.embedding(of: image, named: path))
      enrolled[name, default: 0] += 1
      if json { try Output.json(Answer(person: name, image: path)) }
    }
    if !json {
      for (name, count) in enrolled.sorted(by: { $0.key < $1.key }) { Output.print("\(name): \(count) photographs") }
    }
  }

  private func photographs() throws -> [(person: String, path: String)] {
    if let person { return images.map { (person, $0) } }
    let set = try DataSpec(data ?? "").photographs(progress: downloadProgress())
    return (0..<set.count).map { index in
      (set.label(at: index).map { set.classNames[$0] } ?? "", set.file(at: index).path)
    }
  }

  private struct Answer: Encodable {
    let person: String
    let image: String
  }
}
