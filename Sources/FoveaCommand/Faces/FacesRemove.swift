import ArgumentParser
import Foundation
import Fovea

/// `fovea faces remove`: forgets people.
struct FacesRemove: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove people from a gallery, with all that belongs to them.")

  @Option(help: ArgumentHelp("The gallery's file.", valueName: "file"))
  var gallery: String

  @Argument(help: "The people's names.")
  var people: [String]

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let gallery = try FaceGallery(existingGallery(gallery))
    try forEachFile(people) { name in
      let count = try gallery.remove(name)
      if json {
        try Output.json(Answer(person: name, photographs: count))
      } else {
        Output.print("\(name): removed, with \(count) photographs")
      }
    }
  }

  private struct Answer: Encodable {
    let person: String
    let photographs: Int
  }
}

/// `fovea faces export`: all that a gallery keeps, as JSON.
struct FacesExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write all that a gallery keeps, or all about one person, as a JSON file.")

  @Option(help: ArgumentHelp("The gallery's file.", valueName: "file"))
  var gallery: String

  @Option(help: "Only this person.")
  var person: String?

  @Option(help: ArgumentHelp("The JSON file.", valueName: "file"))
  var output: String

  func run() throws {
    let export = try FaceGallery(existingGallery(gallery)).export(person)
    guard person == nil || !export.people.isEmpty else { throw GalleryError.nobody(person ?? "", nearest: nil) }
    try export.write(to: URL(fileURLWithPath: output))
    Output.print("\(output): \(export.people.count) people")
  }
}
