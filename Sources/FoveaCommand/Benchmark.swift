import ArgumentParser
import Foundation
import Fovea

import enum FoveaTraining.Precision

/// `fovea benchmark`: how fast models are trained and used here, and the parts around them.
struct Benchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a model, or a part around it, is on this machine.",
    discussion: """
      Steps on made-up images are timed one by one; the median counts. With --json, train and infer print one object:
      {"mode": "train" or "infer", "model": ..., "batch": images a step, "size": their side, "precision": "fp32" or "bf16",
      "optimized": whether in the optimized form, "device": ..., "threads": ..., "runs": timed steps, "milliseconds": the
      median step, "images_per_second": at that, "peak_memory": the process's most bytes}

        fovea benchmark train resnet18 --stem cifar --size 32 --batch 128
        fovea benchmark infer resnet50 --batch 1 --json
        fovea benchmark infer resnet50 --batch 1 --no-optimized
        fovea benchmark infer fasterrcnn_resnet50_fpn --size 640
        fovea benchmark generate --no-cache
        fovea benchmark nms

      The others print with --json what their unit is, as "images_per_second" or "tokens_per_second", and "peak_memory".
      """,
    subcommands: [
      Training.self, Inference.self, Loading.self, Generating.self, Gallery.self, Suppression.self, RoIAlign.self,
      COCOEvaluation.self, Assignment.self, CaptionScoring.self, Tokenizing.self, FaceDetection.self,
    ])

  /// `fovea benchmark train`
  struct Training: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "train",
      abstract: "Time steps of training: forward, cross-entropy, backward, SGD with momentum and weight decay.")

    @OptionGroup var workload: Workload

    func run() throws {
      let (model, images, device) = try workload.prepare()
      let labels = Tensor.arange(images.shape[0], device: device).remainder(model.classes)
      let optimizer = SGD(model, learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 5e-4)
      let type = workload.precision.autocastType(on: device)
      try workload.report(mode: "train", optimized: false, device) {
        let loss = withAutocast(type, on: device) { model(images).crossEntropy(labels) }
        loss.backward()
        optimizer.step()
        optimizer.zeroGrad()
        return loss
      }
    }
  }

  /// `fovea benchmark infer`
  struct Inference: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "infer", abstract: "Time predictions.")

    @OptionGroup var workload: Workload

    @Flag(inversion: .prefixedNo, help: "Use the optimized form, as `fovea predict` does.")
    var optimized = true

    func run() throws {
      if let detector = workload.detector { return try workload.time(detector, optimized: optimized) }
      let (model, images, device) = try workload.prepare()
      let type = workload.precision.autocastType(on: device)
      let fast = model.optimized(dtype: type ?? .float32)
      try workload.report(mode: "infer", optimized: optimized, device) {
        if optimized { return fast(images) }
        return withNoGrad { withAutocast(type, on: device) { model(images) } }
      }
    }
  }
}

/// What is measured, and for how long.
struct Workload: ParsableArguments {
  @Argument(help: "The architecture's name; see `fovea models`.")
  var model: String

  @Option(help: "Images a step.")
  var batch = 1

  @Option(help: "The images' side; as published unless given.")
  var size: Int?

  @Option(help: "The first layers: imagenet or cifar.")
  var stem: Stem?

  @Option(help: "The number of classes; as published unless given.")
  var classes: Int?

  @Option(help: "fp32, bf16, or auto: bf16 where the hardware has it.")
  var precision = Precision.fp32

  @Option(help: "Where to compute: auto, cpu, cuda, cuda:N or mps.")
  var device = "cpu"

  @OptionGroup var repetition: Repetition

  func validate() throws {
    guard batch > 0, size ?? 1 > 0 else { throw ValidationError("--batch and --size must be positive") }
  }

  /// The model, channels-last on its device, and a batch of noise for it.
  func prepare() throws -> (model: any ImageClassifier, images: Tensor, device: Device) {
    repetition.begin()
    if detector != nil { throw Failure("\(model) is a detector, of which only `benchmark infer` measures the speed") }
    let device = try Device(device)
    let architecture = try ClassifierArchitecture.named(model)
    let size = size ?? architecture.inputSize
    let network = try architecture.make(classes: classes, stem: stem, imageSize: size).to(device).to(.channelsLast)
    let images = Tensor.randn([batch, architecture.inputChannels, size, size], generator: Generator(seed: 1))
    return (network, images.to(device).contiguous(.channelsLast), device)
  }

  /// Times `step`, after three that are not counted, and prints.
  func report(mode: String, optimized: Bool, _ device: Device, _ step: () -> Tensor) throws {
    let (median, runs) = try repetition.median {
      _ = step()
      device.synchronize()
    }
    let row = Row(
      mode: mode, model: model, batch: batch, size: try side(),
      precision: precision.autocastType(on: device) == nil ? "fp32" : "bf16", optimized: optimized,
      device: "\(device)", threads: Machine.threadCount, runs: runs, milliseconds: median * 1000,
      imagesPerSecond: Double(batch) / median, peakMemory: Repetition.peakMemory)
    if repetition.json { return try Output.json(row) }
    Output.table([
      ["images a second", String(format: "%.1f", row.imagesPerSecond)],
      ["median step", String(format: "%.2f ms of %d runs", row.milliseconds, row.runs)],
      ["peak memory", "\(row.peakMemory >> 20) MiB"],
    ])
  }

  private struct Row: Encodable {
    let mode: String
    let model: String
    let batch: Int
    let size: Int
    let precision: String
    let optimized: Bool
    let device: String
    let threads: Int
    let runs: Int
    let milliseconds: Double
    let imagesPerSecond: Double
    let peakMemory: Int

    enum CodingKeys: String, CodingKey {
      case mode, model, batch, size, precision, optimized, device, threads, runs, milliseconds
      case imagesPerSecond = "images_per_second"
      case peakMemory = "peak_memory"
    }
  }
}

extension Precision: ExpressibleByArgument {}
