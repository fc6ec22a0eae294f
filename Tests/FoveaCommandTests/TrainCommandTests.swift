import Foundation
import Testing

/// How `fovea train` begins a run, and goes on with it.
extension FoveaCommandTests {
  private func writeRecipe() throws {
    _ = try makeColours()
    try """
    model: tiny_resnet
    data: folder:colours
    optimizer: { learning_rate: 0.05 }
    training: { epochs: 1, batch_size: 12, loader_threads: 1 }
    """.write(to: folder.appendingPathComponent("colours.yaml"), atomically: true, encoding: .utf8)
  }

  @Test("a run that began with relative paths is evaluated, resumed and started from in another working folder")
  func elsewhere() throws {
    try writeRecipe()
    let training = try fovea("train", "--recipe", "colours.yaml", "--output", "run")
    #expect(training.status == 0, "\(training.messages)")
    let place = folder.appendingPathComponent("elsewhere")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    for arguments in [["evaluate", "../run"], ["train", "--resume", "../run"]] {
      let answer = try fovea(arguments, in: place)
      #expect(answer.status == 0, "\(arguments): \(answer.messages)")
    }
    let second = try fovea(
      "train", "--recipe", "colours.yaml", "--set", "weights=run/model.safetensors", "--output", "second")
    #expect(second.status == 0, "\(second.messages)")
    let resumed = try fovea(["train", "--resume", "../second"], in: place)
    #expect(resumed.status == 0, "\(resumed.messages)")
  }

  @Test("--recipe beside --resume goes on with the same run, and names what is not the same")
  func recipeAndResume() throws {
    try writeRecipe()
    let right = ["train", "--recipe", "colours.yaml", "--set", "seed=1"]
    #expect(try fovea(right + ["--output", "run"]).status == 0)
    for rest in [["--resume", "run"], ["--resume", "run", "--output", "run", "--data", "folder:colours"]] {
      let answer = try fovea(right + rest)
      #expect(answer.status == 0, "\(answer.messages)")
    }
    let other = try fovea(right + ["--set", "training.epochs=2", "--resume", "run"])
    #expect(other.status == 1)
    #expect(other.messages.contains("training.epochs is 2 in colours.yaml with its settings, but 1 in"))
    #expect(try fovea(right + ["--resume", "run", "--output", "other"]).status == 64)
    #expect(try fovea("train", "--resume", "run", "--set", "seed=2").status == 64)
  }

  @Test("a device that is not there is said before there is a folder")
  func absentDevice() throws {
    try writeRecipe()
    let answer = try fovea(
      "train", "--recipe", "colours.yaml", "--output", "run", "--set", "training.device=cuda:77")
    #expect(answer.status == 1 && answer.messages.contains("training.device: device 'cuda:77' is not available"))
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("run").path))
  }
}
