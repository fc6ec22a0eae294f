import ArgumentParser
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
          try Output.json(Row(name: model.name, parameters: model.parameterCount, inputSize: model.inputSize))
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
    }

    private struct Row: Encodable {
      let name: String
      let parameters: Int
      let inputSize: Int

      enum CodingKeys: String, CodingKey {
        case name, parameters
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
      do {
        let published = try PretrainedConfiguration(folder: folder)
        let family = try PretrainedFamily.of(published).name
        guard !published.isBackbone else {
          Output.message(
            "\(family) (\(published.modelType)) without a last layer; train one with: fovea train --set model=\(name)")
          return Output.print(folder.path)
        }
        let report = try PretrainedClassifier(contentsOf: folder).report
        if !report.isClean { Output.message("\(name): \(report)") }
        Output.message("\(family) (\(published.modelType)); use it with: fovea predict \(name) IMAGE")
      } catch { Output.message("Fetched, but Fovea cannot use it: \(error)") }
      Output.print(folder.path)
    }
  }
}

extension Stem: ExpressibleByArgument {}

/// 1234567 as `1,234,567`.
func grouped(_ number: Int) -> String {
  var text = ""
  for (place, digit) in String(number).reversed().enumerated() {
    if place > 0, place.isMultiple(of: 3), digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}
