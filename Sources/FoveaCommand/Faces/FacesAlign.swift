import ArgumentParser
import Foundation
import Fovea

/// `fovea faces align`: faces cut out, eyes and mouth at the same places.
struct FacesAlign: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "align",
    abstract: "Cut the largest face out of photographs, eyes and mouth always at the same places.",
    discussion: """
      With --data, a whole set of people becomes a folder of chips that is laid out like it (LFW with its lists), with
      audit.json: whose photographs have no face. What is there already is kept. Of photographs whose names differ in
      their folder or ending only, the later ones are numbered: 1.png, 1-2.png.

        fovea faces align ada.jpg --output chips
        fovea faces align --data people:photos --output chips --size 112
      """)

  @Argument(help: "Image files.")
  var images: [String] = []

  @Option(help: ArgumentHelp("A set of people, such as people:PATH or lfw.", valueName: "spec"))
  var data: String?

  @Option(help: ArgumentHelp("Where the chips go.", valueName: "folder"))
  var output: String

  @Option(help: "The side of a chip, in pixels.")
  var size = 112

  @OptionGroup var detection: DetectorOptions

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (8...2048).contains(size) else { throw ValidationError("--size is \(size); it must be 8 to 2048") }
    guard images.isEmpty == (data != nil) else { throw ValidationError("give either images, or --data") }
  }

  func run() throws {
    let alignment = FaceAlignment(size: ImageSize(size))
    let detector = try detection.load()
    let folder = try Output.folder(output)
    if let data { return try alignSet(DataSpec(data), alignment, in: folder, with: detector) }
    let names = FaceChips.names(of: images.map { URL(fileURLWithPath: $0).lastPathComponent })
    try forEachFile(Array(zip(images, names))) { path, name in
      let image = try Image(contentsOf: URL(fileURLWithPath: path), mode: .rgb)
      guard let face = detector.detect(image.tensor).first,
        let chip = alignment.chip(of: image, landmarks: face.landmarks)
      else { throw FaceError.noFace(path) }
      let file = folder.appendingPathComponent(name)
      try chip.write(to: file)
      if json { try Output.json(Answer(image: path, chip: file.path, face: face)) } else { Output.print(file.path) }
    }
  }

  private func alignSet(_ spec: DataSpec, _ alignment: FaceAlignment, in folder: URL, with detector: MTCNN) throws {
    let photographs = try spec.photographs(progress: downloadProgress())
    if LFW.Variant(rawValue: spec.kind.rawValue) != nil {
      try spec.openLFW(progress: downloadProgress()).copyLists(to: folder)
    }
    let bar = ProgressBar("Aligning", total: photographs.count)
    var done = 0
    let audit = try FaceChips(alignment, in: folder).make(of: photographs, with: detector) { count in
      bar.advance(by: count - done)
      done = count
    }
    bar.finish()
    if json { return try Output.json(audit) }
    Output.print(audit.summary)
    for person in audit.people { Output.print("  \(person.name): \(person.lost.count) of \(person.photographs) lost") }
  }

  private struct Answer: Encodable {
    let image: String
    let chip: String
    let face: DetectedFace
  }
}
