import ArgumentParser
import Foundation
import Fovea

/// `fovea models`: the architectures.
struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List architectures, show what one is made of, and fetch published models.",
    subcommands: [List.self, Summary.self, Pull.self],
    defaultSubcommand: List.self)

  /// `fovea models list`
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the architectures with their sizes.")

    @Flag(help: "Print JSON, one object a line.")
    var json = false

    func run() throws {
      if json {
        for model in ClassifierArchitecture.all {
          let row = Row(
            name: model.name, task: .classification, parameters: model.parameterCount, inputSize: model.inputSize)
          try Output.json(row)
        }
        for model in DetectorArchitecture.all {
          let row = Row(
            name: model.name, task: .detection, parameters: try model.parameterCount(), inputSize: model.inputSize)
          try Output.json(row)
        }
        return
      }
      let rows = ClassifierArchitecture.all.map { model in
        [
          model.name, grouped(model.parameterCount), "\(model.inputSize)",
          model.stems.map(\.rawValue).joined(separator: ", "),
        ]
      }
      Output.table([["name", "parameters", "input", "stems"]] + rows)
      let detectors = try DetectorArchitecture.all.map { model in
        [model.name, grouped(try model.parameterCount()), "\(model.inputSize)"]
      }
      Output.print("")
      Output.table([["detector", "parameters", "input"]] + detectors)
    }

    private struct Row: Encodable {
      let name: String
      let task: VisionTask
      let parameters: Int
      let inputSize: Int

      enum CodingKeys: String, CodingKey {
        case name, task, parameters
        case inputSize = "input_size"
      }
    }
  }

  /// `fovea models summary`
  struct Summary: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print an architecture's layers and their sizes.")

    @Argument(help: "The architecture's name.")
    var name: String

    @Option(help: "The number of classes; as published unless given.")
    var classes: Int?

    @Option(help: "The first layers: imagenet or cifar.")
    var stem: Stem?

    @Option(help: "Channels of the images; as published unless given.")
    var channels: Int?

    func run() throws {
      if let detector = DetectorArchitecture.all.first(where: { $0.name == name }) {
        guard stem == nil, channels == nil else { throw Failure("\(name) is a detector: no --stem, and 3 channels") }
        let model = try withoutInitialization { try detector.make(classes: classes ?? detector.classes) }
        return Output.print(ModelSummary(of: model).description)
      }
      let architecture = try ClassifierArchitecture.named(name)
      let model = try architecture.make(classes: classes, inputChannels: channels, stem: stem)
      let input: Shape = [1, channels ?? architecture.inputChannels, architecture.inputSize, architecture.inputSize]
      Output.print(ModelSummary(of: model, input: input).description)
    }
  }
}

extension Models {
  /// `fovea models pull`
  struct Pull: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a model from the Hugging Face Hub, and print the folder it is in.",
      discussion: """
        Files go to Hugging Face's own cache (HF_HOME), which its Python libraries share. HF_TOKEN opens what is not for
        everybody, HF_ENDPOINT names another server, HF_HUB_OFFLINE=1 uses only what is there.

          fovea models pull microsoft/resnet-50
          fovea predict microsoft/resnet-50 photo.jpg
        """)

    @Argument(help: "The model's name, OWNER/NAME.")
    var name: String

    @Option(help: "A branch, a tag or a commit.")
    var revision = "main"

    func run() throws {
      let folder = try Hub.model(name, revision: revision).modelFolder(progress: downloadProgress())
      // Fetched it is; whether it can be used is said at once, and not an hour later.
      do { Output.message(try use(of: folder)) } catch { Output.message("Fetched, but Fovea cannot use it: \(error)") }
      Output.print(folder.path)
    }

    /// What the model in a folder is, and how it is used.
    private func use(of folder: URL) throws -> String {
      let published = try PretrainedConfiguration(folder: folder)
      let use = "use it with: fovea predict \(name) IMAGE"
      if PretrainedDetector.modelTypes.contains(published.modelType) {
        let report = try PretrainedDetector(contentsOf: folder).report
        return (report.isClean ? "" : "\(name): \(report)\n") + "A detector (\(published.modelType)); \(use)"
      }
      let family = try PretrainedFamily.of(published).name
      guard !published.isBackbone else {
        return
          "\(family) (\(published.modelType)) without a last layer; train one with: fovea train --set model=\(name)"
      }
      let report = try PretrainedClassifier(contentsOf: folder).report
      return (report.isClean ? "" : "\(name): \(report)\n") + "\(family) (\(published.modelType)); \(use)"
    }
  }
}

extension Stem: ExpressibleByArgument {}

extension DetectorArchitecture {
  /// The numbers in its parameters, with the classes that it was published with.
  fileprivate func parameterCount() throws -> Int {
    try withoutInitialization { try make(classes: classes) }.parameterCount()
  }
}

/// 1234567 as `1,234,567`.
func grouped(_ number: Int) -> String {
  var text = ""
  for (place, digit) in String(number).reversed().enumerated() {
    if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
