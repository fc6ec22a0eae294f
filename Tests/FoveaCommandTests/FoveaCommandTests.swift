import Foundation
import Testing

import struct FoveaImaging.Image

/// Runs the built command as a person would.
@Suite("The fovea command", .serialized)
struct FoveaCommandTests {
  struct Answer {
    let status: Int32
    let output: String
    let messages: String
  }

  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-command-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func fovea(_ arguments: String..., environment: [String: String] = [:]) throws -> Answer {
    try fovea(arguments, environment: environment)
  }

  /// - Parameter place: the working folder; ``folder`` unless given.
  func fovea(_ arguments: [String], environment: [String: String] = [:], in place: URL? = nil) throws -> Answer {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("fovea")
    process.arguments = arguments
    process.currentDirectoryURL = place ?? folder
    let (output, messages) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
    for file in [output, messages] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: messages)
    try process.run()
    process.waitUntilExit()
    return Answer(
      status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      messages: try String(contentsOf: messages, encoding: .utf8))
  }

  /// A folder of images in three colours, with a little noise, that any network can learn.
  func makeColours() throws -> URL {
    let root = folder.appendingPathComponent("colours")
    var noise: UInt8 = 7
    for (split, count) in [("train", 24), ("val", 6), ("test", 6)] {
      for (channel, name) in ["red", "green", "blue"].enumerated() {
        let place = root.appendingPathComponent("\(split)/\(name)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for index in 0..<count {
          let pixels = (0..<(16 * 16 * 3)).map { place -> UInt8 in
            noise = noise &* 37 &+ 11
            return place % 3 == channel ? 180 + noise % 64 : noise % 64
          }
          try Image(width: 16, height: 16, channels: 3, pixels: pixels)
            .write(to: place.appendingPathComponent("\(index).png"))
        }
      }
    }
    return root
  }

  @Test("a folder of photographs becomes a model that knows them, with a report")
  func wholeWay() throws {
    let data = try makeColours()
    let recipe = folder.appendingPathComponent("colours.yaml")
    try """
    model: tiny_resnet
    augmentation: { flip: true }
    optimizer: { learning_rate: 0.05 }
    training: { epochs: 3, batch_size: 12, loader_threads: 1 }
    """.write(to: recipe, atomically: true, encoding: .utf8)

    let training = try fovea("train", "--recipe", recipe.path, "--data", "folder:\(data.path)", "--output", "run")
    #expect(training.status == 0, "\(training.messages)")
    let run = folder.appendingPathComponent("run")
    for file in ["recipe.yaml", "config.json", "model.safetensors", "metrics.csv", "report.html"] {
      #expect(FileManager.default.fileExists(atPath: run.appendingPathComponent(file).path), "\(file)")
    }
    let page = try String(contentsOf: run.appendingPathComponent("report.html"), encoding: .utf8)
    #expect(page.contains("<html") && !page.contains("src=\"http"))

    let again = try fovea("train", "--recipe", recipe.path, "--data", "folder:\(data.path)", "--output", "run")
    #expect(again.status == 1)
    #expect(again.messages.contains("earlier run"))

    let evaluation = try fovea("evaluate", "run", "--json")
    #expect(evaluation.status == 0, "\(evaluation.messages)")
    let metrics = try JSONDecoder().decode([String: Double].self, from: Data(evaluation.output.utf8))
    #expect((metrics["accuracy"] ?? 0) > 0.9)

    let image = data.appendingPathComponent("test/green/0.png").path
    let prediction = try fovea(
      "predict", "run", image, "--json", "--top", "2", "--draw", "drawn.png", "--explain", "why.png")
    #expect(prediction.status == 0, "\(prediction.messages)")
    let lines = prediction.output.split(separator: "\n")
    #expect(lines.count == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
    #expect(object["image"] as? String == image)
    let guesses = try #require(object["predictions"] as? [[String: Any]])
    #expect(guesses.count == 2)
    #expect(guesses[0]["label"] as? String == "green")
    for picture in ["drawn.png", "why.png"] {
      #expect(try Image(contentsOf: folder.appendingPathComponent(picture)).width > 16)
    }

    let broken = folder.appendingPathComponent("broken.png")
    try Data("not an image".utf8).write(to: broken)
    let mixed = try fovea("predict", "run", broken.path, image, "--json")
    #expect(mixed.status == 1)
    #expect(mixed.messages.contains(broken.path))
    #expect(mixed.output.contains("green"))
  }

  @Test("a vision transformer is fine-tuned by adapters, and left in the form that transformers loads")
  func fineTuning() throws {
    let data = try makeColours()
    let recipe = folder.appendingPathComponent("vit.yaml")
    try """
    model: vit_tiny_patch4_32
    images: { size: 16, resize: 16 }
    augmentation: { flip: true }
    optimizer: { name: adamw, learning_rate: 0.002 }
    training: { epochs: 1, max_steps: 3, batch_size: 12, loader_threads: 1 }
    fine_tuning: { lora_rank: 2, lora_targets: [attn.qkv] }
    """.write(to: recipe, atomically: true, encoding: .utf8)
    let training = try fovea("train", "--recipe", recipe.path, "--data", "folder:\(data.path)", "--output", "run")
    #expect(training.status == 0, "\(training.messages)")
    #expect(training.messages.contains("parameters are learned"))
    let run = folder.appendingPathComponent("run")
    for file in ["config.json", "model.safetensors", "preprocessor_config.json", "README.md"] {
      let path = run.appendingPathComponent("transformers/\(file)").path
      #expect(FileManager.default.fileExists(atPath: path), "\(file)")
    }
    let image = data.appendingPathComponent("test/green/0.png").path
    let prediction = try fovea("predict", "run", image, "--explain", "why.png")
    #expect(prediction.status == 0, "\(prediction.messages)")
    let mistake = try fovea(
      "train", "--recipe", recipe.path, "--data", "folder:\(data.path)", "--output", "other", "--set",
      "fine_tuning.lora_rnk=2")
    #expect(mistake.status == 1 && mistake.messages.contains("did you mean 'lora_rank'"))
  }

  @Test("lists go to standard output, and every subcommand explains itself")
  func lists() throws {
    let models = try fovea("models", "list")
    #expect(models.status == 0)
    #expect(models.output.contains("resnet50") && models.output.contains("25,557,032"))
    #expect(models.output.contains(/yolov5s +7,235,389 +640/))
    #expect(
      try fovea("models", "summary", "detr_resnet18", "--classes", "3").output.contains("class_labels_classifier"))
    let data = try fovea("datasets", "list")
    #expect(data.output.contains("fashion-mnist") && data.output.contains("folder:PATH"))
    #expect(try fovea("doctor").output.contains("libtorch"))
    #expect(try fovea("models", "summary", "tiny_resnet").output.contains("fc"))
    for command in ["train", "evaluate", "predict", "datasets", "models", "benchmark", "doctor"] {
      #expect(try fovea(command, "--help").status == 0)
    }
  }

  @Test("wrong calls end with 64, failures with 1, each with a reason")
  func failures() throws {
    #expect(try fovea("train").status == 64)
    #expect(try fovea("predict", "run", "x.png", "--top", "0").status == 64)
    let absent = try fovea("predict", "nowhere", "x.png")
    #expect(absent.status == 1)
    #expect(absent.messages.contains("nowhere"))
    let device = try fovea("predict", "nowhere", "x.png", "--device", "cuda:77")
    #expect(device.status == 1)
    let model = try fovea("models", "summary", "resnet19")
    #expect(model.status == 1)
    #expect(model.messages.contains("resnet18"))
    let classes = try fovea("models", "summary", "resnet18", "--classes", "99999999999")
    #expect(classes.status == 1 && classes.messages.contains("classes is 99999999999"))
    let data = try fovea("datasets", "inspect", "cifar11")
    #expect(data.status == 1)
    #expect(data.messages.contains("cifar10"))
  }

  @Test("a folder is inspected, and its broken files are named")
  func inspection() throws {
    let data = try makeColours()
    let broken = data.appendingPathComponent("train/red/broken.png")
    try Data("no image".utf8).write(to: broken)
    let answer = try fovea("datasets", "inspect", "folder:\(data.path)")
    #expect(answer.status == 0, "\(answer.messages)")
    for line in ["73 images, 3 classes", "  24  blue", "  24  green", "  25  red", "1 broken image:", broken.path] {
      #expect(answer.output.contains(line), "\(line)")
    }
    let json = try fovea("datasets", "inspect", "folder:\(data.path)", "--json")
    #expect(json.status == 0, "\(json.messages)")
    let parts = try json.output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let found = try parts.map { try #require($0["broken"] as? [[String: Any]]) }
    #expect(found.map(\.count) == [1, 0, 0])
    #expect((found[0][0]["reason"] as? String)?.contains(broken.path) == true)
    let classes = try #require(parts[0]["classes"] as? [[String: Any]])
    #expect(classes.map { $0["count"] as? Int } == [24, 24, 25])
  }

  /// A model that transformers saved, as if it had been fetched from the Hub into a cache.
  func makeCache(of fixture: String = "Pretrained/resnet") throws -> URL {
    let saved = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("FoveaTrainingTests/Fixtures/\(fixture)")
    let commit = String(repeating: "c", count: 40)
    let repository = folder.appendingPathComponent("cache/hub/models--tiny--\(saved.lastPathComponent)")
    for name in ["snapshots", "refs"] {
      try FileManager.default.createDirectory(
        at: repository.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    try Data(commit.utf8).write(to: repository.appendingPathComponent("refs/main"))
    let snapshot = repository.appendingPathComponent("snapshots/\(commit)")
    try FileManager.default.copyItem(at: saved, to: snapshot)
    return snapshot
  }

  @Test("a published model predicts by its name and by its folder, without the network once it is here")
  func published() throws {
    let snapshot = try makeCache()
    let offline = ["HF_HOME": folder.appendingPathComponent("cache").path, "HF_HUB_OFFLINE": "1"]
    let pulled = try fovea("models", "pull", "tiny/resnet", environment: offline)
    #expect(pulled.status == 0, "\(pulled.messages)")
    #expect(pulled.output.hasSuffix(snapshot.path + "\n"))
    #expect(pulled.messages.contains("ResNet"))
    let image = try makeColours().appendingPathComponent("test/green/0.png").path
    let byName = try fovea("predict", "tiny/resnet", image, "--json", environment: offline)
    #expect(byName.status == 0, "\(byName.messages)")
    #expect(byName.output.contains("\"hen\""))
    #expect(try fovea("predict", snapshot.path, image, "--json").output == byName.output)
    let absent = try fovea("models", "pull", "tiny/other", environment: offline)
    #expect(absent.status == 1)
    #expect(absent.messages.contains("tiny/other") && absent.messages.contains("HF_HUB_OFFLINE"))
  }

  @Test("a published model is fine-tuned on a folder of photographs, and its run's folder is a model like it")
  func fineTuned() throws {
    let snapshot = try makeCache()
    let data = try makeColours()
    let recipe = folder.appendingPathComponent("tuned.yaml")
    try """
    model: \(snapshot.path)
    optimizer: { learning_rate: 0.02 }
    training: { epochs: 2, batch_size: 12, loader_threads: 1 }
    """.write(to: recipe, atomically: true, encoding: .utf8)
    let training = try fovea("train", "--recipe", recipe.path, "--data", "folder:\(data.path)", "--output", "tuned")
    #expect(training.status == 0, "\(training.messages)")
    let run = folder.appendingPathComponent("tuned")
    let config = try JSONSerialization.jsonObject(with: Data(contentsOf: run.appendingPathComponent("config.json")))
    let fields = try #require(config as? [String: Any])
    #expect(fields["model_type"] as? String == "resnet" && fields["task"] as? String == "classification")
    #expect(fields["id2label"] as? [String: String] == ["0": "blue", "1": "green", "2": "red"])
    let image = data.appendingPathComponent("test/green/0.png").path
    let prediction = try fovea("predict", "tuned", image, "--json")
    #expect(prediction.status == 0, "\(prediction.messages)")
    #expect(prediction.output.contains("\"green\""))
    let evaluation = try fovea("evaluate", "tuned", "--json")
    #expect(evaluation.status == 0, "\(evaluation.messages)")
    #expect(training.messages.contains("Accuracy on the test set"))
  }
}
