import Foundation
import Fovea
import Testing

/// What `fovea evaluate` measures on, and the errors of what is written where.
extension FoveaCommandTests {
  /// The folder of a classifier of the three colours that has learned nothing.
  private func makeRun() throws -> URL {
    let run = folder.appendingPathComponent("run")
    try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
    let input = ClassifierInput(size: ImageSize(16), resize: 16, channels: 3, statistics: .half)
    let configuration = ClassifierConfiguration(
      architecture: "tiny_resnet", stem: nil, classNames: ["blue", "green", "red"], input: input)
    try configuration.write(to: run)
    try configuration.makeModel().stateDict().write(to: run.appendingPathComponent(ModelFolder.weights))
    return run
  }

  private func numbers(_ answer: Answer) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
  }

  @Test("data that was asked for is measured on as a whole where it has no parts, and named with --json, too")
  func wholeSet() throws {
    _ = try makeRun()
    let unsplit = try makeColours().appendingPathComponent("test").path
    let answer = try fovea("evaluate", "run", "--data", "folder:\(unsplit)", "--json")
    #expect(answer.status == 0, "\(answer.messages)")
    #expect(answer.messages.contains("18 images of folder:\(unsplit), all of it"))
    #expect(try numbers(answer)["accuracy"] is Double)
    let other = try fovea("evaluate", "run", "--data", "folder:\(unsplit)", "--split", "validation")
    #expect(other.status == 1 && other.messages.contains("has no validation set"))
  }

  @Test("a folder that holds only a test set is one")
  func testSetAlone() throws {
    _ = try makeRun()
    let root = try makeColours()
    for part in ["train", "val"] { try FileManager.default.removeItem(at: root.appendingPathComponent(part)) }
    let answer = try fovea("evaluate", "run", "--data", "folder:\(root.path)")
    #expect(answer.status == 0, "\(answer.messages)")
    #expect(answer.messages.contains("18 images of folder:\(root.path), test"))
    let inspection = try fovea("datasets", "inspect", "folder:\(root.path)")
    #expect(inspection.status == 0 && inspection.output.hasPrefix("18 images, 3 classes"))
    let recipe = folder.appendingPathComponent("colours.yaml")
    try "model: tiny_resnet".write(to: recipe, atomically: true, encoding: .utf8)
    let training = try fovea("train", "--recipe", recipe.path, "--data", "folder:\(root.path)", "--output", "other")
    #expect(training.status == 1 && training.messages.contains("has no images to train on"))
  }

  @Test("a metric that cannot be computed is null in JSON")
  func absentClass() throws {
    _ = try makeRun()
    let root = try makeColours()
    try FileManager.default.removeItem(at: root.appendingPathComponent("test/red"))
    let answer = try fovea("evaluate", "run", "--data", "folder:\(root.path)", "--json")
    #expect(answer.status == 0, "\(answer.messages)")
    #expect(answer.messages.contains("12 images of"))
    let numbers = try numbers(answer)
    #expect(numbers["auroc_macro"] is NSNull, "\(answer.output)")
    #expect(!numbers.values.contains { $0 is String })
  }

  @Test("a run's weights are the run, wherever they are asked for")
  func weightsOfRun() throws {
    let run = try makeRun()
    let image = try makeColours().appendingPathComponent("test/green/0.png").path
    let byFolder = try fovea("predict", "run", image, "--json")
    #expect(byFolder.status == 0 && byFolder.output.contains("\"green\""), "\(byFolder.messages)")
    #expect(try fovea("predict", "run/model.safetensors", image, "--json").output == byFolder.output)
    let classifier = try Classifier(contentsOf: run.appendingPathComponent(ModelFolder.weights))
    #expect(try classifier.configuration == ClassifierConfiguration(folder: run))
    #expect(ModelFolder.run(of: run.appendingPathComponent("other.safetensors")) == nil)
    try FileManager.default.removeItem(at: run.appendingPathComponent(ModelFolder.configuration))
    #expect(ModelFolder.run(of: run.appendingPathComponent(ModelFolder.weights)) == nil)
  }

  @Test("weights of a network with a stem for small images take images of 32 pixels")
  func smallStem() throws {
    let file = folder.appendingPathComponent("small.safetensors")
    try ClassifierArchitecture.named("resnet18").make(classes: 3, stem: .cifar).stateDict().write(to: file)
    let input = try Classifier(contentsOf: file).configuration.input
    #expect(input.size == ImageSize(32) && input.resize == 32)
  }

  @Test("a file where a folder should be written, and batches of nothing, are told in words")
  func wrongOutput() throws {
    let file = folder.appendingPathComponent("taken")
    try Data().write(to: file)
    let recipe = folder.appendingPathComponent("some.yaml")
    try "model: tiny_resnet".write(to: recipe, atomically: true, encoding: .utf8)
    for command in [["datasets", "export", "scenes:10"], ["train", "--recipe", recipe.path, "--data", "scenes:10"]] {
      let answer = try fovea(command + ["--output", "taken"])
      #expect(answer.status == 1)
      #expect(answer.messages.contains("taken is a file; --output takes a folder"), "\(answer.messages)")
    }
    let batches = try fovea("evaluate", "run", "--batch-size", "0")
    #expect(batches.status == 64 && batches.messages.contains("--batch-size is 0"))
  }
}
