import Foundation
import Testing

extension FoveaCommandTests {
  struct BenchmarkRow: Decodable, Equatable {
    let mode: String
    let model: String
    let batch: Int
    let size: Int
    let precision: String
    let optimized: Bool
    let threads: Int
    let runs: Int
    let milliseconds: Double
    let images_per_second: Double
    let peak_memory: Int
  }

  @Test(
    "benchmark prints what it measured as JSON",
    arguments: [["train"], ["infer"], ["infer", "--no-optimized"]])
  func benchmark(_ mode: [String]) throws {
    let options = ["tiny_resnet", "--batch", "2", "--size", "16", "--threads", "1", "--seconds", "0.01", "--json"]
    let answer = try fovea(["benchmark"] + mode + options)
    #expect(answer.status == 0, "\(answer.messages)")
    let row = try JSONDecoder().decode(BenchmarkRow.self, from: Data(answer.output.utf8))
    #expect([row.mode, row.model, row.precision] == [mode[0], "tiny_resnet", "fp32"])
    #expect(row.batch == 2 && row.size == 16 && row.threads == 1)
    #expect(row.optimized == (mode == ["infer"]))
    #expect(row.runs >= 3)
    #expect(abs(row.images_per_second * row.milliseconds - 2000) < 1)
    #expect(row.peak_memory > 10 << 20)
  }

  @Test("detectors are measured in both of their forms", arguments: [["infer"], ["infer", "--no-optimized"]])
  func detectorBenchmark(_ mode: [String]) throws {
    let options = ["yolov5n", "--batch", "2", "--size", "64", "--threads", "1", "--seconds", "0.01", "--json"]
    let answer = try fovea(["benchmark"] + mode + options)
    #expect(answer.status == 0, "\(answer.messages)")
    let row = try JSONDecoder().decode(BenchmarkRow.self, from: Data(answer.output.utf8))
    #expect(row.model == "yolov5n" && row.batch == 2 && row.size == 64 && row.optimized == (mode == ["infer"]))
    #expect(try fovea("benchmark", "infer", "yolov5n", "--size", "65").messages.contains("multiples of 32"))
    #expect(try fovea("benchmark", "train", "yolov5n").messages.contains("is a detector"))
  }

  @Test("what the environment overrules is shown by doctor")
  func overrides() throws {
    let answer = try fovea(["doctor"], environment: ["FOVEA_LINEAR": "onednn", "FOVEA_CPU_CACHE": "off"])
    #expect(answer.output.contains(/Linear layers +onednn \(/))
    #expect(answer.output.contains(/Memory cache +off/))
    let limited = try fovea(["doctor"], environment: ["FOVEA_LINEAR": "libtorch", "FOVEA_CPU_CACHE": "77"])
    #expect(limited.output.contains(/Linear layers +libtorch \(/))
    #expect(limited.output.contains(/Memory cache +keeps up to 77 MiB/))
  }

  @Test(
    "benchmark refuses what cannot be measured",
    arguments: [["--batch", "0"], ["--seconds", "-1"], ["--threads", "0"]])
  func impossibleBenchmark(_ options: [String]) throws {
    #expect(try fovea(["benchmark", "infer", "tiny_resnet"] + options).status == 64)
    #expect(try fovea(["benchmark", "infer", "no_such_model"]).messages.contains("no_such_model"))
  }
}
