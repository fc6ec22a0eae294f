import ArgumentParser
import Foundation
import Fovea
import Synchronization

/// `fovea datasets`: what data there is, and what is in it.
struct Datasets: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, download, inspect, audit and export data sets.",
    subcommands: [List.self, Download.self, Inspect.self, Audit.self, Export.self], defaultSubcommand: List.self)

  /// `fovea datasets list`
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the data sets that can be named.")

    func run() {
      Output.table(
        DataSpec.Kind.allCases.map { [$0.rawValue + ($0.needsPath ? ":PATH" : ""), $0.summary] })
    }
  }

  /// `fovea datasets download`
  struct Download: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Download a data set, or find it on this machine.",
      discussion: "Data goes to the folder that FOVEA_DATA names, else to ~/.cache/fovea/data.")

    @Argument(help: "The data set's name.")
    var spec: String

    func run() throws {
      let splits = try DataSpec(spec).load(
        validationFraction: 0, annotations: .clip, progress: downloadProgress())
      Output.print("\(spec): \(describe(splits))")
    }
  }

  /// `fovea datasets inspect`
  struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print how many images each class has, their sizes, and the files that cannot be read.")

    @Argument(help: "The data set, NAME[:PATH].")
    var spec: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      let splits = try DataSpec(spec).load(
        validationFraction: 0, annotations: .clip, progress: downloadProgress())
      for split in Split.allCases {
        guard let dataset = splits[split], !dataset.isEmpty else { continue }
        let inspection = try Inspection(of: dataset)
        if json { try Output.json(inspection) } else { Output.print(inspection.description) }
      }
    }
  }

  /// `fovea datasets audit`
  struct Audit: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Name every box that is wrong, with its image.",
      discussion: """
        Looked for are boxes outside the image, of no or negative size, twice the same, of an unknown class, or without an
        image; images that cannot be read, or are not of the size that is recorded. With --json, one object a part:
        {"split", "images", "objects", "faults": [{"kind", "file", "image", "object", "problem"}]}.

          fovea datasets audit cppe5
          fovea datasets audit voc:BCCD --json
        """)

    @Argument(help: "The data set, NAME[:PATH]: coco, voc, yolo or cppe5.")
    var spec: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      for audit in try DataSpec(spec).audit(progress: downloadProgress()) {
        if json { try Output.json(audit) } else { Output.print(audit.description) }
      }
    }
  }

  /// `fovea datasets export`
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write images of a data set as PNG files, named after their class, or with the boxes of their objects.")

    @Argument(help: "The data set, NAME[:PATH].")
    var spec: String

    @Option(help: "How many images.")
    var count = 6

    @Option(help: "Which part of the data: train, validation or test.")
    var split: Split = .test

    @Option(help: "Where to write them.")
    var output: String

    func run() throws {
      let splits = try DataSpec(spec).load(
        validationFraction: 0, annotations: .clip, progress: downloadProgress())
      guard let dataset = splits[split] else { throw Failure("\(spec) has no \(split.rawValue) set") }
      let folder = try Output.folder(output)
      for index in 0..<min(count, dataset.count) {
        let sample = try dataset[index]
        let label = sample.label.map { dataset.classNames[$0] } ?? "image"
        let name =
          "\(index)-\(label.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }.map(String.init).joined()).png"
        let file = folder.appendingPathComponent(name)
        try picture(of: sample, dataset.classNames).write(to: file)
        Output.print(file.path)
      }
    }
  }
}

/// An image, with its boxes and their classes where it has any.
private func picture(of sample: Sample, _ classNames: [String]) throws -> Image {
  let image = Image(sample.image)
  guard let boxes = sample.boxes else { return image }
  return try image.drawing(boxes: boxes.values, classes: sample.boxLabels?.array() ?? [], names: classNames)
}

private func describe(_ splits: DataSplits) -> String {
  let parts = Split.allCases.compactMap { split in
    splits[split].flatMap { $0.isEmpty ? nil : "\($0.count) \(split.rawValue)" }
  }
  return "\(parts.joined(separator: ", ")); \(splits.classNames.count) classes"
}

/// Shows a bar for each file that is downloaded.
func downloadProgress() -> ProgressHandler {
  let display = DownloadDisplay()
  return { display.show($0) }
}

/// The bar of the file that is being downloaded; progress comes from any thread.
private final class DownloadDisplay: Sendable {
  private struct State {
    var file: URL?
    var bar: ProgressBar?
    var shown: Int64 = 0
  }

  private let state = Mutex(State())

  func show(_ progress: DownloadProgress) {
    state.withLock { state in
      if let setback = progress.setback {
        if state.file == progress.file { state.bar?.note(setback) } else { Output.message(setback) }
        return
      }
      if state.file != progress.file {
        state.file = progress.file
        state.shown = 0
        state.bar = ProgressBar(
          progress.file.lastPathComponent, total: progress.total.map { Int($0 / 1024) }, unit: "KiB")
      }
      state.bar?.advance(by: Int((progress.received - state.shown) / 1024))
      state.shown = progress.received / 1024 * 1024
      if progress.received == progress.total { state.bar?.finish() }
    }
  }
}
