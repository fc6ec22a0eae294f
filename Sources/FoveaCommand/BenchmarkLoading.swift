import ArgumentParser
import Foundation
import Fovea

extension Benchmark {
  /// `fovea benchmark load`
  struct Loading: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "load",
      abstract: "Time how fast a folder of images is read, cropped at random, flipped and normalised.")

    @Argument(help: "The folder; each folder in it is a class.")
    var folder: String

    @Option(help: "Images a batch.")
    var batch = 64

    @Option(help: "The side that images get.")
    var size = 224

    @Option(help: "Threads that load.")
    var threads = 2

    @Option(help: "For how many seconds to go through the folder, once at least.")
    var seconds = 5.0

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
      guard batch > 0, size > 0, threads > 0, seconds > 0 else {
        throw ValidationError("--batch, --size, --threads and --seconds must be positive")
      }
    }

    func run() throws {
      let images = try ImageFolder(URL(fileURLWithPath: folder))
      let loader = DataLoader(
        images, batchSize: batch, shuffle: true, dropLast: images.count >= batch,
        transform: RandomResizedCrop(ImageSize(size)),
        batchTransform: BatchTransforms([RandomHorizontalFlip(), Normalize(.imageNet)]), threads: threads)
      let first = loader.batches(epoch: 0)  // The files are read once before the clock starts.
      while try first.nextBatch() != nil {}
      let clock = ContinuousClock()
      let start = clock.now
      var count = 0
      for epoch in 1... {
        let batches = loader.batches(epoch: epoch)
        while let batch = try batches.nextBatch() { count += batch.count }
        if clock.now - start >= .seconds(seconds) { break }
      }
      let rate = Double(count) / ((clock.now - start) / .seconds(1))
      if json { return try Output.json(Row(imagesPerSecond: rate, peakMemory: Repetition.peakMemory)) }
      Output.print(String(format: "%.1f images a second", rate))
    }

    private struct Row: Encodable {
      let imagesPerSecond: Double
      let peakMemory: Int

      enum CodingKeys: String, CodingKey {
        case imagesPerSecond = "images_per_second"
        case peakMemory = "peak_memory"
      }
    }
  }
}
