import Foundation
import FoveaImaging
import Torch

/// Images in folders, one folder a class: `root/cat/1.jpg`, `root/dog/7.png`.
///
/// A class is a folder that holds images; its name is its path below the root, so classes may lie as deep as one likes
/// (`root/animal/cat/1.jpg` is of the class `animal/cat`). Classes and files are in natural order: `img2` comes before
/// `img10`. Hidden files and files without the ending of an image are passed over. If the root itself holds the images,
/// and no folder does, the set has no labels.
public struct ImageFolder: Dataset {
  /// The folder that paths are relative to.
  public let root: URL
  public let classNames: [String]
  public let split: Split

  let files: [ImageFile]

  /// One file, and the class that its place tells.
  struct ImageFile: Sendable, Hashable {
    /// Relative to the root.
    let path: String
    let label: Int?
  }

  /// Lists the images of a folder; none is opened yet.
  ///
  /// - Parameters:
  ///   - classNames: the classes and their numbers, where another part of the data has set them; nil takes the folders
  ///     that are there, in natural order.
  ///   - classDepth: how many folders below the root name the class; what lies deeper is of the same class. With 1, as
  ///     torchvision has it, `root/cat/day1/1.jpg` is of the class `cat`. Nil takes the whole path.
  /// - Throws: ``DatasetError`` if there is no such folder, no image in it, or a class that `classNames` lacks.
  public init(_ root: URL, split: Split = .train, classNames: [String]? = nil, classDepth: Int? = nil) throws {
    let folders = try ImageListing.folders(below: root)
    let labelled = folders.filter { !$0.path.isEmpty }
    guard !folders.isEmpty else {
      throw DatasetError(
        root.path, "holds no images (\(ImageListing.endings.sorted().joined(separator: ", ")))",
        fix: "lay the images out as \(root.lastPathComponent)/CLASS/IMAGE")
    }
    guard !labelled.isEmpty else {
      self.init(
        root: root, files: folders[0].files.map { ImageFile(path: $0, label: nil) }, classNames: [], split: split)
      return
    }
    func className(_ folder: ImageListing.Folder) -> String {
      folder.path.split(separator: "/").prefix(classDepth ?? .max).joined(separator: "/")
    }
    let names = classNames ?? Set(labelled.map(className)).sorted(by: naturallyPrecedes)
    let map = try LabelMap(names)
    var files: [ImageFile] = []
    for folder in labelled {
      let label: Int
      do { label = try map.label(of: className(folder)) } catch {
        throw DatasetError(
          root.appendingPathComponent(folder.path).path, "is no class of the training set: \(error)",
          fix: "rename the folder, or add it to the training images")
      }
      files += folder.files.map { ImageFile(path: folder.path + "/" + $0, label: label) }
    }
    self.init(root: root, files: files, classNames: names, split: split)
  }

  init(root: URL, files: [ImageFile], classNames: [String], split: Split) {
    self.root = root
    self.files = files
    self.classNames = classNames
    self.split = split
  }

  public var count: Int { files.count }

  public func label(at index: Int) -> Int? { files[index].label }

  /// Where an image lies.
  public func file(at index: Int) -> URL { root.appendingPathComponent(files[index].path) }

  /// Reads an image: `uint8` `[3, H, W]`.
  ///
  /// - Throws: `ImageError` with the path of a file that cannot be decoded.
  public subscript(index: Int) -> Sample {
    get throws { sample(at: index, try Image(contentsOf: file(at: index), mode: .rgb)) }
  }

  /// Reads an image; a JPEG at 1/2, 1/4 or 1/8 of its size, and only the part that is cut out, where that is enough.
  ///
  /// - Throws: `ImageError` with the path of a file that cannot be decoded.
  public func sample(at index: Int, for transform: any Transform, using random: RandomSource) throws -> Sample {
    func leastSize(_ header: ImageHeader) -> (width: Int, height: Int)? {
      let size = header.uprightSize
      return transform.leastSize(of: ImageSize(height: size.height, width: size.width), using: random)
        .map { ($0.width, $0.height) }
    }
    let part = try ImagePart(contentsOf: file(at: index), atLeast: leastSize) { width, height in
      transform.part(of: ImageSize(height: height, width: width), using: random).map {
        PixelWindow(left: $0.left, top: $0.top, width: $0.size.width, height: $0.size.height)
      }
    }
    var sample = sample(at: index, part.image)
    let whole = ImageSize(height: part.wholeHeight, width: part.wholeWidth)
    if sample.size != whole {
      sample.excerpt = Excerpt(
        window: CropWindow(top: part.window.top, left: part.window.left, size: sample.size), whole: whole)
    }
    return sample
  }

  private func sample(at index: Int, _ image: Image) -> Sample {
    Sample(image: image.tensor, label: files[index].label, index: index, name: file(at: index).path)
  }
}
