import ArgumentParser
import Foundation
import Fovea

extension Predict {
  /// Says which objects each image shows, and where. A folder stands for the images in it, which may be a video's frames.
  func detect(with detector: Detector) throws {
    let files = try images.flatMap(Self.imageFiles)
    var failures = 0
    // Each folder is a video of its own.
    var trackers: [URL: Tracker] = [:]
    for (path, drawn) in zip(files, Self.drawingNames(of: files)) {
      do {
        let file = URL(fileURLWithPath: path)
        let image = try Image(contentsOf: file)
        var objects = try detector.predict(image, name: path, threshold: threshold)
        if track { objects = trackers[file.deletingLastPathComponent(), default: Tracker()].number(objects) }
        try show(objects, of: path)
        if let draw { try image.drawing(objects).write(to: drawing(drawn, in: draw, isOnly: files.count == 1)) }
      } catch {
        failures += 1
        Output.message("Error: \(error)")
      }
    }
    if let draw, failures < files.count { Output.message("Drew \(draw)") }
    if failures > 0 { throw ExitCode.failure }
  }

  /// The file itself; of a folder, the images in it by name, so that numbered frames stay in order.
  private static func imageFiles(_ path: String) throws -> [String] {
    let url = URL(fileURLWithPath: path)
    guard url.isFolder else { return [path] }
    let endings = ["jpg", "jpeg", "png", "webp", "ppm", "pgm"]
    let names = try FileManager.default.contentsOfDirectory(atPath: path).sorted {
      $0.compare($1, options: .numeric) == .orderedAscending
    }
    let files = names.filter { endings.contains(($0 as NSString).pathExtension.lowercased()) }
    guard !files.isEmpty else { throw Failure("\(path) holds no image (\(endings.joined(separator: ", ")))") }
    return files.map { url.appendingPathComponent($0).path }
  }

  /// The names of the drawings: those of the images, with a number where an earlier one has the name already.
  private static func drawingNames(of files: [String]) -> [String] {
    var taken: Set<String> = []
    return files.map { path in
      let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      var (name, number) = (stem, 1)
      while !taken.insert(name).inserted {
        number += 1
        name = "\(stem)-\(number)"
      }
      return name + ".png"
    }
  }

  /// Where an image is drawn: one image into the file that was named, several into the folder of that name.
  private func drawing(_ name: String, in draw: String, isOnly: Bool) throws -> URL {
    let target = URL(fileURLWithPath: draw)
    if isOnly, !target.isFolder { return target }
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    return target.appendingPathComponent(name)
  }

  private func show(_ objects: [DetectedBox], of path: String) throws {
    if json { return try Output.json(FoundObjects(image: path, predictions: objects)) }
    Output.print(path)
    for object in objects {
      let sides = object.box.map { String(format: "%.1f", $0) }.joined(separator: ", ")
      Output.print(
        "  " + String(format: "%5.1f %%", object.score * 100) + "  \(object.label)  [\(sides)]"
          + (object.track.map { "  number \($0)" } ?? ""))
    }
  }

  private struct FoundObjects: Encodable {
    let image: String
    let predictions: [DetectedBox]
  }
}
