import Foundation

/// Data laid out like ImageNet (Deng et al., 2009): a folder for each synset, `train/n01440764/*.JPEG`.
///
/// Three layouts are known: that of torchvision (`train/SYNSET`, `val/SYNSET`), that of Kaggle
/// (`ILSVRC/Data/CLS-LOC/train/SYNSET`, a flat `val` with `LOC_val_solution.csv`), and that of Tiny ImageNet
/// (`train/SYNSET/images`, a flat `val/images` with `val_annotations.txt`). Labels follow the sorted synsets, as everybody's
/// pretrained weights do. Classes are named as a file says (`LOC_synset_mapping.txt`, `synset_words.txt`, `words.txt` or
/// `imagenet_class_index.json`), else by their synsets.
public enum ImageNet {
  /// The training and validation images below a folder. The official test images have no labels and are left out.
  ///
  /// - Throws: ``DatasetError``.
  public static func splits(_ root: URL) throws -> DataSplits {
    let inner = root.appendingPathComponent("ILSVRC/Data/CLS-LOC")
    let home = ImageListing.isFolder(inner) ? inner : root
    guard let trainFolder = ImageFolder.folder(named: ["train"], in: home) else {
      throw DatasetError(home.path, "has no folder 'train'", fix: "lay the images out as train/SYNSET/IMAGE")
    }
    let train = try ImageFolder(trainFolder, classDepth: 1)
    let names = try SynsetNames(in: [root, home]).names(for: train.classNames)
    let validation = try validation(root: root, home: home, synsets: train.classNames)
    return DataSplits(
      name: "imagenet", train: train.renamed(names), validation: validation?.renamed(names), test: nil)
  }

  private static func validation(root: URL, home: URL, synsets: [String]) throws -> ImageFolder? {
    guard let folder = ImageFolder.folder(named: ["val", "validation"], in: home) else { return nil }
    let tiny = folder.appendingPathComponent("val_annotations.txt")
    let kaggle = root.appendingPathComponent("LOC_val_solution.csv")
    if let text = try? String(contentsOf: tiny, encoding: .utf8) {
      let images = folder.appendingPathComponent("images")
      return try flat(images, synsets: synsets, list: tiny, answers: answers(in: text, separator: "\t", ending: ""))
    }
    if synsets.contains(where: { ImageListing.isFolder(folder.appendingPathComponent($0)) }) {
      return try ImageFolder(folder, split: .validation, classNames: synsets, classDepth: 1)
    }
    if let text = try? String(contentsOf: kaggle, encoding: .utf8) {
      return try flat(
        folder, synsets: synsets, list: kaggle, answers: answers(in: text, separator: ",", ending: ".JPEG"))
    }
    throw DatasetError(
      folder.path, "has no synset folders such as \(synsets[0])",
      fix: "sort the images into them, or put LOC_val_solution.csv into \(root.path)")
  }

  /// File names and their synsets, from lines such as `val_0.JPEG n03444034 0 32 44 62`.
  private static func answers(in text: String, separator: Character, ending: String) -> [String: String] {
    var answers: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: separator)
      guard fields.count >= 2, let synset = fields[1].split(separator: " ").first else { continue }
      answers[fields[0] + ending] = String(synset)
    }
    return answers
  }

  private static func flat(
    _ folder: URL, synsets: [String], list: URL, answers: [String: String]
  ) throws -> ImageFolder {
    let map = try LabelMap(synsets)
    let names = try ImageListing.folders(below: folder).first { $0.path.isEmpty }?.files ?? []
    let files = try names.map { name in
      guard let synset = answers[name] else { throw DatasetError(list.path, "says nothing of \(name)") }
      do { return ImageFolder.ImageFile(path: name, label: try map.label(of: synset)) } catch {
        throw DatasetError(list.path, "gives \(name) a class without a training folder: \(error)")
      }
    }
    guard !files.isEmpty else { throw DatasetError(folder.path, "holds no images") }
    return ImageFolder(root: folder, files: files, classNames: synsets, split: .validation)
  }
}

extension ImageFolder {
  fileprivate func renamed(_ names: [String]) -> ImageFolder {
    ImageFolder(root: root, files: files, classNames: names, split: split)
  }
}

/// What people call the synsets.
struct SynsetNames {
  private var words: [String: String] = [:]

  /// Reads the first file of names that one of the folders has.
  ///
  /// - Throws: ``DatasetError`` for a file that is there and cannot be understood.
  init(in folders: [URL]) throws {
    for folder in folders {
      for name in ["LOC_synset_mapping.txt", "synset_words.txt", "words.txt"] {
        let file = folder.appendingPathComponent(name)
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
        for line in text.split(whereSeparator: \.isNewline) {
          let parts = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
          if parts.count == 2 { words[String(parts[0])] = Self.first(of: String(parts[1])) }
        }
        return
      }
      let file = folder.appendingPathComponent("imagenet_class_index.json")
      guard let data = try? Data(contentsOf: file) else { continue }
      guard let index = try? JSONDecoder().decode([String: [String]].self, from: data) else {
        throw DatasetError(file.path, "is not of the form {\"0\": [\"n01440764\", \"tench\"], …}")
      }
      for entry in index.values where entry.count == 2 { words[entry[0]] = entry[1] }
      return
    }
  }

  /// The name of each synset, or the synset itself; two that are called alike (`crane`) keep their synsets beside it.
  func names(for synsets: [String]) -> [String] {
    let names = synsets.map { words[$0] ?? $0 }
    let uses = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    return zip(names, synsets).map { name, synset in uses[name, default: 0] > 1 ? "\(name) (\(synset))" : name }
  }

  /// `tench, Tinca tinca` is a tench.
  private static func first(of names: String) -> String {
    String(names.split(separator: ",").first ?? "").trimmingCharacters(in: .whitespaces)
  }
}
