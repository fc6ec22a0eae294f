// Framing Image Description as a Ranking Task. Micah Hodosh, Peter Young, Julia Hockenmaier, 2013 (Flickr8k).
// From Image Descriptions to Visual Denotations. Peter Young, Alice Lai, Micah Hodosh, Julia Hockenmaier, 2014 (Flickr30k).

import Foundation

/// Flickr8k and Flickr30k in the text formats in which they go around: a sentence a line.
public enum FlickrCaptions {
  /// Reads `Flickr8k.token.txt` and `results_20130124.token` (`1.jpg#0<tab>sentence`), `captions.txt` (`image,caption`), or
  /// `results.csv` (`1.jpg| 0| sentence`).
  ///
  /// - Throws: ``DatasetError`` with the line that is none of them.
  static func sentences(_ list: URL) throws -> [(name: String, caption: String)] {
    var pairs: [(name: String, caption: String)] = []
    for (number, line) in try CaptionFiles.lines(of: list).enumerated() {
      guard let (name, text) = split(line) else {
        throw DatasetError(
          list.path, "line \(number + 1) is no image and sentence: '\(line.prefix(60))'",
          fix: "write IMAGE#0<tab>SENTENCE, or IMAGE,SENTENCE")
      }
      // The published tables begin with a line of names, and one of their sentences is empty.
      if number == 0, ["image", "image_name"].contains(name.lowercased()) { continue }
      if let caption = CaptionFiles.cleaned(text) { pairs.append((name, caption)) }
    }
    return pairs
  }

  private static func split(_ line: Substring) -> (name: String, caption: Substring)? {
    if let tab = line.firstIndex(of: "\t") {
      let name = line[..<tab]
      let image = name.lastIndex(of: "#").map { name[..<$0] } ?? name
      return (String(image), line[line.index(after: tab)...])
    }
    if let bar = line.firstIndex(of: "|") {
      let rest = line[line.index(after: bar)...]
      let text = rest.firstIndex(of: "|").map { rest[rest.index(after: $0)...] } ?? rest
      return (line[..<bar].trimmingCharacters(in: .whitespaces), text)
    }
    guard let comma = line.firstIndex(of: ",") else { return nil }
    var text = line[line.index(after: comma)...]
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count > 1 { text = text.dropFirst().dropLast() }
    return (String(line[..<comma]), Substring(text.replacing("\"\"", with: "\"")))
  }

  /// The parts below a folder: Karpathy's where there is his file, else those of the lists `Flickr_8k.trainImages.txt`,
  /// `…devImages.txt` and `…testImages.txt`; without lists, all images are one training set.
  public static func splits(_ root: URL) throws -> DataSplits {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path))?.sorted() ?? []
    let images =
      names.map { root.appendingPathComponent($0) }.first {
        ImageListing.isFolder($0)
          && ["images", "flicker8k_dataset", "flickr8k_dataset", "flickr30k_images", "flickr30k-images"]
            .contains($0.lastPathComponent.lowercased())
      } ?? root
    if let karpathy = names.first(where: { $0.hasPrefix("dataset_flickr") && $0.hasSuffix(".json") }) {
      return try KarpathySplits.load(root.appendingPathComponent(karpathy), images: images)
    }
    let lists = ["Flickr8k.token.txt", "results_20130124.token", "captions.txt", "results.csv"]
    guard let list = lists.first(where: names.contains).map({ root.appendingPathComponent($0) }) else {
      throw DatasetError(
        root.path, "holds no captions of Flickr", fix: "it needs one of \(lists.joined(separator: ", "))")
    }
    let entries = try CaptionFiles.grouped(sentences(list), in: images, listedIn: list)
    func part(_ ending: String, _ split: Split) throws -> CaptionFiles? {
      guard let name = names.first(where: { $0.hasSuffix(ending) }) else { return nil }
      let file = root.appendingPathComponent(name)
      let wanted = Set(try CaptionFiles.lines(of: file).map { $0.trimmingCharacters(in: .whitespaces) })
      return try CaptionFiles(entries.filter { wanted.contains($0.name) }.map(\.entry), split: split, name: file.path)
    }
    let whole = { try CaptionFiles(entries.map(\.entry), name: list.path) }
    return DataSplits(
      name: root.lastPathComponent, train: try part("trainImages.txt", .train) ?? whole(),
      validation: try part("devImages.txt", .validation), test: try part("testImages.txt", .test))
  }
}
