// Microsoft COCO Captions: Data Collection and Evaluation Server.
// Xinlei Chen, Hao Fang, Tsung-Yi Lin et al., 2015. https://arxiv.org/abs/1504.00325

import Foundation

/// COCO Captions: about 123,000 photographs with five sentences each.
public enum COCOCaptions {
  private struct File: Decodable {
    struct Image: Decodable {
      let id: Int
      let file_name: String
    }
    struct Annotation: Decodable {
      let image_id: Int
      let caption: String
    }
    let images: [Image]
    let annotations: [Annotation]
  }

  /// Reads one file of annotations, `captions_train2017.json` for instance.
  ///
  /// - Throws: ``DatasetError`` that names the file and what is wrong in it.
  public static func load(_ annotations: URL, images: URL, split: Split = .train) throws -> CaptionFiles {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(contentsOf: annotations))
    } catch {
      throw DatasetError(annotations.path, "is no file of COCO captions: \(explained(error))")
    }
    var captions: [Int: [String]] = [:]
    for annotation in file.annotations {
      guard let caption = CaptionFiles.cleaned(annotation.caption) else { continue }
      captions[annotation.image_id, default: []].append(caption)
    }
    let entries = try file.images.compactMap { image in
      try captions[image.id].map {
        CaptionFiles.Entry(
          file: try CaptionFiles.file(image.file_name, in: images, listedIn: annotations), captions: $0)
      }
    }
    return try CaptionFiles(entries, split: split, name: annotations.path)
  }

  /// The parts below a folder: `annotations/captions_train2017.json` with `train2017/`, and `val2017` (or 2014) the same
  /// way; or Karpathy's splits where there is a `dataset_coco.json`.
  public static func splits(_ root: URL) throws -> DataSplits {
    let karpathy = root.appendingPathComponent("dataset_coco.json")
    if FileManager.default.fileExists(atPath: karpathy.path) { return try KarpathySplits.load(karpathy, images: root) }
    for year in ["2017", "2014"] {
      func annotations(_ part: String) -> URL {
        root.appendingPathComponent("annotations/captions_\(part)\(year).json")
      }
      guard FileManager.default.fileExists(atPath: annotations("train").path) else { continue }
      func images(_ part: String) -> URL { root.appendingPathComponent("\(part)\(year)") }
      let validation = annotations("val")
      return DataSplits(
        name: root.lastPathComponent, train: try load(annotations("train"), images: images("train")),
        validation: FileManager.default.fileExists(atPath: validation.path)
          ? try load(validation, images: images("val"), split: .validation) : nil)
    }
    throw DatasetError(
      root.path, "holds no COCO captions",
      fix: "put captions_train2017.json into \(root.lastPathComponent)/annotations, or dataset_coco.json beside it")
  }
}

/// Karpathy's splits of COCO, Flickr8k and Flickr30k (Karpathy and Fei-Fei, 2015, https://arxiv.org/abs/1412.2306): one JSON
/// file with every image, its part and its sentences.
public enum KarpathySplits {
  private struct File: Decodable {
    struct Image: Decodable {
      struct Sentence: Decodable { let raw: String }
      let filename: String
      let filepath: String?
      let split: String
      let sentences: [Sentence]
    }
    let images: [Image]
  }

  /// Reads `dataset_coco.json`, `dataset_flickr8k.json` or `dataset_flickr30k.json`. What is called `restval` belongs to the
  /// training set, as everybody has it.
  ///
  /// - Throws: ``DatasetError``.
  public static func load(_ list: URL, images root: URL) throws -> DataSplits {
    let file: File
    do {
      file = try JSONDecoder().decode(File.self, from: Data(contentsOf: list))
    } catch {
      throw DatasetError(list.path, "is no file of Karpathy's splits: \(explained(error))")
    }
    func part(_ names: [String], _ split: Split) throws -> CaptionFiles {
      let entries = try file.images.filter { names.contains($0.split) }.map { image in
        let path = image.filepath.map { $0.isEmpty ? image.filename : "\($0)/\(image.filename)" } ?? image.filename
        return CaptionFiles.Entry(
          file: try CaptionFiles.file(path, in: root, listedIn: list),
          captions: image.sentences.compactMap { CaptionFiles.cleaned($0.raw) })
      }
      return try CaptionFiles(entries, split: split, name: list.path)
    }
    return DataSplits(
      name: list.deletingPathExtension().lastPathComponent, train: try part(["train", "restval"], .train),
      validation: try part(["val"], .validation), test: try part(["test"], .test))
  }
}

private func explained(_ error: any Error) -> String {
  guard case DecodingError.keyNotFound(let key, let context) = error else {
    if case DecodingError.typeMismatch(_, let context) = error {
      return "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    }
    return error.localizedDescription
  }
  return "\((context.codingPath + [key]).map(\.stringValue).joined(separator: ".")) is missing"
}
