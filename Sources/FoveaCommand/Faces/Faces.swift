import ArgumentParser
import Foundation
import Fovea

/// `fovea faces`: detect, align, embed, verify and identify.
struct Faces: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Find faces, and tell who they are.",
    discussion: """
      MODEL is the folder of a run of a recipe with `task: faces`. Photographs may show anything: their faces are found
      and aligned first; with --chips they are faces already, cut out.

        fovea faces detect party.jpg --draw found.png
        fovea faces enroll --model runs/faces --gallery team.gallery --person Ada ada1.jpg ada2.jpg
        fovea faces identify --model runs/faces --gallery team.gallery party.jpg
        fovea faces remove --gallery team.gallery Ada
      """,
    subcommands: [
      FacesDetect.self, FacesAlign.self, FacesEnroll.self, FacesIdentify.self, FacesVerify.self, FacesEvaluate.self,
      FacesRemove.self, FacesExport.self,
    ])
}

/// How faces are found.
struct DetectorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder of the detector's weights, pnet.pt, rnet.pt and onet.pt; downloaded unless given.",
      valueName: "folder"))
  var detector: String?

  @Option(help: "The shorter side of the smallest face to look for, in pixels.")
  var minSize = 20

  @Option(help: "The probability that a face needs, 0 to 1.")
  var minProbability = 0.7

  func validate() throws {
    guard minSize > 0 else { throw ValidationError("--min-size is \(minSize); it must be 1 or more") }
    guard (0...1).contains(minProbability) else {
      throw ValidationError("--min-probability is \(minProbability); it must be 0 to 1")
    }
  }

  func load() throws -> MTCNN {
    let detector = try MTCNN.published(
      from: detector.map { URL(fileURLWithPath: $0) }, progress: downloadProgress())
    detector.options.minimumSize = minSize
    detector.options.thresholds[2] = minProbability
    return detector
  }
}

/// Which model compares faces, and whether they have to be found first.
struct RecognizerOptions: ParsableArguments {
  @Option(help: ArgumentHelp("A run's folder.", valueName: "run"))
  var model: String

  @Flag(help: "The pictures are faces already, cut out: none is looked for.")
  var chips = false

  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N or mps.")
  var device = "auto"

  @OptionGroup var detection: DetectorOptions

  func load() throws -> FaceRecognizer {
    try FaceRecognizer(
      contentsOf: URL(fileURLWithPath: model), detector: chips ? nil : detection.load(), device: Device(device))
  }
}

/// Up to which distance two photographs are of one person.
struct ThresholdOptions: ParsableArguments {
  @Option(help: "The largest cosine distance of the same person, 2 for no limit; the model's own unless given.")
  var threshold: Double?

  @Option(
    help: ArgumentHelp(
      "In place of a threshold: take the one that accepts at most this share of the pairs of two people in the gallery.",
      valueName: "share"))
  var falseAcceptRate: Double?

  func validate() throws {
    guard (0...1).contains(falseAcceptRate ?? 0) else {
      throw ValidationError("--false-accept-rate is \(falseAcceptRate ?? 0); it must be 0 to 1")
    }
    guard threshold == nil || falseAcceptRate == nil else {
      throw ValidationError("give either --threshold or --false-accept-rate")
    }
  }

  /// The threshold that was asked for, or the model's own.
  ///
  /// - Parameter gallery: whose people a rate is measured on.
  func limit(_ recognizer: FaceRecognizer, _ gallery: FaceGallery?) throws -> Double {
    if let falseAcceptRate, let gallery {
      guard let found = try gallery.calibration(falseAcceptRate: falseAcceptRate) else {
        throw Failure(
          "\(gallery.file.path): --false-accept-rate takes a gallery of two people or more, one of them with two "
            + "photographs")
      }
      Output.message(
        String(
          format: "threshold %.4f: accepts %.4f of the gallery's %d pairs of two people, and %.4f of those of one",
          found.threshold, found.falseAcceptRate, found.pairs, found.trueAcceptRate))
      return found.threshold
    }
    guard let limit = threshold ?? recognizer.configuration.threshold else { throw FaceError.noThreshold }
    return limit
  }
}

/// The file of a gallery that is there.
func existingGallery(_ path: String) throws -> URL {
  guard FileManager.default.fileExists(atPath: path) else {
    throw Failure("\(path): there is no such gallery; `fovea faces enroll` makes one")
  }
  return URL(fileURLWithPath: path)
}

/// Does something with each of several files; one that fails does not keep the others from being done.
func forEachFile<File>(_ files: [File], _ body: (File) throws -> Void) throws {
  var failures = 0
  for file in files {
    do { try body(file) } catch {
      failures += 1
      Output.message("Error: \(error)")
    }
  }
  if failures > 0 { throw ExitCode.failure }
}
