import Foundation
import FoveaImaging
import Testing
import Torch

@testable import FoveaData

@Suite("Folders of images")
struct ImageFolderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Writes an image of one colour.
  private func write(_ path: String, _ level: UInt8 = 0, width: Int = 4, height: Int = 4) throws {
    let image = Image(width: width, height: height, color: Color(red: level, green: level, blue: level))
    let file = scratch.place(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try image.write(to: file)
  }

  private func names(_ folder: ImageFolder) -> [String] { folder.files.map(\.path) }

  @Test("A folder is a class; files and classes are in natural order")
  func classes() throws {
    for path in ["cat/10.png", "cat/9.png", "dog/b.PNG", "dog/a.jpg", "class2/x.png", "class10/x.png"] {
      try write("root/" + path, 7)
    }
    try scratch.write("root/cat/notes.txt", "no image")
    try scratch.write("root/cat/.hidden.png", "no image")
    try scratch.write("root/stray.png", "not looked at")
    let set = try ImageFolder(scratch.place("root"))
    #expect(set.classNames == ["cat", "class2", "class10", "dog"])
    #expect(names(set) == ["cat/9.png", "cat/10.png", "class2/x.png", "class10/x.png", "dog/a.jpg", "dog/b.PNG"])
    #expect(set.labels == [0, 0, 1, 2, 3, 3])
    let sample = try set[1]
    #expect(sample.image.shape == [3, 4, 4] && sample.image.dtype == .uint8 && sample.label == 0)
    #expect(sample.name == scratch.place("root/cat/10.png").path)
    #expect(sample.image.array(Int.self).allSatisfy { $0 == 7 })
  }

  @Test("Classes may lie as deep as one likes, or be cut at a depth")
  func depth() throws {
    for path in ["animal/cat/1.png", "animal/dog/day1/1.png", "plant/1.png"] { try write("root/" + path) }
    let deep = try ImageFolder(scratch.place("root"))
    #expect(deep.classNames == ["animal/cat", "animal/dog/day1", "plant"])
    let shallow = try ImageFolder(scratch.place("root"), classDepth: 1)
    #expect(shallow.classNames == ["animal", "plant"])
    #expect(shallow.labels == [0, 0, 1])
  }

  @Test("Images without folders have no labels")
  func unlabelled() throws {
    try write("root/2.png")
    try write("root/1.png")
    let set = try ImageFolder(scratch.place("root"))
    #expect(set.classNames.isEmpty && set.labels == nil && names(set) == ["1.png", "2.png"])
  }

  @Test("What is not there, and what fits nowhere, is an error with its path")
  func errors() throws {
    #expect(throws: DatasetError.self) { try ImageFolder(scratch.place("nowhere")) }
    try FileManager.default.createDirectory(at: scratch.place("empty/cat"), withIntermediateDirectories: true)
    #expect(throws: DatasetError.self) { try ImageFolder(scratch.place("empty")) }
    try write("val/cta/1.png")
    let error = #expect(throws: DatasetError.self) {
      try ImageFolder(scratch.place("val"), classNames: ["cat", "dog"])
    }
    #expect(error?.path == scratch.place("val/cta").path)
    #expect(error?.problem.contains("did you mean 'cat'?") == true)
  }

  @Test("A broken image stops the loader with its path, or is skipped")
  func broken() throws {
    for number in 1...4 { try write("root/cat/\(number).png") }
    let bad = try scratch.write("root/cat/3.png", "not an image")
    let set = try ImageFolder(scratch.place("root"))
    let error = #expect(throws: ImageError.self) { try DataLoader(set, batchSize: 2).forEach { _ in } }
    #expect(error?.name == bad.path)
    var skipped: [String] = []
    try DataLoader(set, batchSize: 2, onBrokenSample: .skip).forEach { skipped += $0.skipped }
    #expect(skipped.count == 1 && skipped[0].contains(bad.path))
    #expect(throws: ImageError.self) { try set.decoded() }
  }

  @Test("A folder that leads back to itself ends")
  func loop() throws {
    try write("root/cat/1.png")
    try FileManager.default.createSymbolicLink(
      at: scratch.place("root/cat/up"), withDestinationURL: scratch.place("root"))
    #expect(try ImageFolder(scratch.place("root")).count > 0)
  }

  @Test("Small images of one size go into memory, the same ones")
  func decodes() throws {
    for number in 0..<150 { try write("root/c\(number % 3)/\(number).png", UInt8(number)) }
    let folder = try ImageFolder(scratch.place("root"))
    let set = try folder.decoded(threads: 3)
    #expect(set.images.shape == [150, 3, 4, 4])
    #expect(set.labels == folder.labels && set.classNames == folder.classNames)
    for index in [0, 64, 149] {
      let (read, kept) = (try folder[index], try set[index])
      #expect(read.image.array(Int.self) == kept.image.array(Int.self))
      #expect(read.name == kept.name && read.label == kept.label)
    }
    #expect(folder.decodedIfSmall() is TensorDataset)
    #expect(folder.decodedIfSmall(limit: 150 * 48 - 1) is ImageFolder)
    #expect(folder.decodedIfSmall(limit: 0) is ImageFolder)
  }

  @Test("Images of several sizes stay in their files, wherever the odd one is")
  func mixedSizes() throws {
    for number in 0..<100 { try write("root/c/\(number).png", width: number == 51 ? 5 : 4) }
    let folder = try ImageFolder(scratch.place("root"))
    let error = #expect(throws: DatasetError.self) { try folder.decoded() }
    #expect(error?.path == scratch.place("root/c/51.png").path)
    #expect(folder.decodedIfSmall() is ImageFolder)
  }

  @Test("A folder with a broken image stays in its files, wherever that one is", arguments: [0, 51])
  func brokenAmongMany(number: Int) throws {
    for number in 0..<100 { try write("root/c/\(number).png") }
    let bad = try scratch.write("root/c/\(number).png", "not an image")
    let parts = try ImageFolder.splits(scratch.place("root"), validationFraction: 0)
    #expect(parts.train.count == 100 && !(parts.train is any BatchedDataset))
    let found = try Inspection(of: parts.train)
    #expect(found.broken.map(\.index) == [number] && found.broken[0].reason.contains(bad.path))
    #expect(found.description.contains("1 broken image:"))
    #expect(found.classes.map(\.count) == [100])
  }

  @Test("Folders named train, val and test are the parts; the classes are those of train")
  func splits() throws {
    for number in 0..<20 { try write("root/train/\(number % 2 == 0 ? "a" : "b")/\(number).png") }
    for number in 0..<3 { try write("root/Test/b/\(number).png") }
    let parts = try ImageFolder.splits(scratch.place("root"), validationFraction: 0.2, seed: 1)
    #expect(parts.train.count == 16 && parts.validation?.count == 4)
    #expect(parts.validation?.labels?.count { $0 == 0 } == 2, "classes are held out in proportion")
    #expect(parts.test?.labels == [1, 1, 1] && parts.test?.split == .test && parts.validation?.split == .validation)
    #expect(parts.train is any BatchedDataset, "a part of a set in memory gives whole batches, too")
    for name in ["val", "valid", "validation"] {
      try write("root/\(name)/a/1.png")
      let parts = try ImageFolder.splits(scratch.place("root"))
      #expect(parts.train.count == 20 && parts.validation?.count == 1)
      try FileManager.default.removeItem(at: scratch.place("root/\(name)"))
    }
    #expect(try ImageFolder.splits(scratch.place("root"), validationFraction: 0).validation == nil)
  }

  @Test("A folder that holds only parts to judge by has nothing to train on, and the classes of those")
  func withoutTraining() throws {
    for number in 0..<4 { try write("root/test/\(number % 2 == 0 ? "a" : "b")/\(number).png") }
    let parts = try ImageFolder.splits(scratch.place("root"))
    #expect(parts.train.isEmpty && parts.validation == nil)
    #expect(parts.test?.labels == [0, 0, 1, 1] && parts.test?.split == .test && parts.classNames == ["a", "b"])
    try write("root/val/b/1.png")
    #expect(try ImageFolder.splits(scratch.place("root")).validation?.labels == [1])
    try write("root/control/1.png")
    #expect(
      try ImageFolder.splits(scratch.place("root"), validationFraction: 0).classNames
        == ["control", "test/a", "test/b", "val/b"],
      "beside other folders, one of that name is a class like them")
  }

  @Test("A single folder is divided by seed")
  func single() throws {
    for number in 0..<40 { try write("root/\(number % 4)/\(number).png", UInt8(number)) }
    func values(_ seed: UInt64) throws -> [[Int]] {
      let parts = try ImageFolder.splits(scratch.place("root"), seed: seed)
      return try Split.allCases.map { split in
        let set = try #require(parts[split])
        return try (0..<set.count).map { try set[$0].image.array(Int.self)[0] }
      }
    }
    let first = try values(1)
    #expect(first.map(\.count) == [32, 4, 4])
    #expect(first.joined().sorted() == Array(0..<40))
    #expect(try values(1) == first)
    #expect(try values(2) != first)
  }

  /// Changes nothing, and would do with less.
  private struct Modest: Transform {
    let size: @Sendable (ImageSize) -> ImageSize
    let description = "Modest()"

    func leastSize(of image: ImageSize, using random: RandomSource) -> ImageSize? { size(image) }
    func callAsFunction(_ sample: Sample, using random: inout RandomSource) -> Sample { sample }
  }

  @Test("JPEGs need not be decoded larger than they are used")
  func reduced() throws {
    try write("root/a/1.jpg", width: 64, height: 48)
    let folder = try ImageFolder(scratch.place("root"))
    let random = RandomSource(seed: 0)
    #expect(try folder[0].image.shape == [3, 48, 64])
    let modest = Modest { _ in ImageSize(20) }
    #expect(try folder.sample(at: 0, for: modest, using: random).image.shape == [3, 24, 32])
    let turned = folder.subset([0]).holdingOut(0).rest
    let lower = Modest { ImageSize(height: $0.height / 4, width: 1) }
    #expect(try turned.sample(at: 0, for: lower, using: random).image.shape == [3, 12, 16])
  }

  @Test("A random crop is the same picture, whether or not the file was decoded in full", arguments: 0..<8)
  func reducedCrop(seed: UInt64) throws {
    // Slow waves, of which a smaller decoding loses nothing.
    let file = scratch.place("root/a/1.jpg")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let pixels = (0..<400 * 300 * 3).map { (place: Int) -> UInt8 in
      let x = Double(place / 3 % 400)
      let y = Double(place / 1200)
      return UInt8(128.0 + 100.0 * sin(x / 40) * cos(y / 30))
    }
    try Image(width: 400, height: 300, channels: 3, pixels: pixels).write(to: file)
    let folder = try ImageFolder(scratch.place("root"))
    let crop: Transforms = [RandomResizedCrop(32), ToFloat()]
    var random = RandomSource(seed: seed)
    let reduced = try folder.sample(at: 0, for: crop, using: random)
    #expect(reduced.image.shape[2] < 400)
    var again = random
    let difference = try crop(reduced, using: &random).image - crop(folder[0], using: &again).image
    // The part begins and ends on pixels, which are four times as large in the smaller image.
    #expect(difference.abs().mean().item(Double.self) < 0.03)
  }

  @Test("Of a photograph, only what a random crop looks at is decoded", arguments: 0..<12)
  func partForACrop(seed: UInt64) throws {
    let file = scratch.place("root/a/1.jpg")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    let pixels = (0..<300 * 200 * 3).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 / 7) }
    try Image(width: 300, height: 200, channels: 3, pixels: pixels).write(to: file)
    let folder = try ImageFolder(scratch.place("root"))
    let crop: Transforms = [RandomResizedCrop(ImageSize(160), scale: 0.08...0.7), ToFloat()]
    var random = RandomSource(seed: seed)
    let part = try folder.sample(at: 0, for: crop, using: random)
    let whole = try folder[0]
    #expect(part.image.count < whole.image.count)
    var again = random
    let cropped = try crop(part, using: &random)
    #expect((cropped.image - (try crop(whole, using: &again)).image).abs().max().item(Float.self) == 0)
    #expect(cropped.excerpt == nil)
    // Others need all of it.
    let small = Resize(.fixed(ImageSize(20)))
    #expect(try folder.sample(at: 0, for: small, using: random).image.count == whole.image.count)
  }

  @Test("Natural order")
  func natural() {
    let sorted = ["", "a", "a1", "a01", "a2", "a10", "a10b", "b", "img9.png", "img10.png", "é"]
    #expect(sorted.shuffled().sorted(by: naturallyPrecedes) == sorted)
    #expect(naturallyPrecedes("9", "99999999999999999999999") && !naturallyPrecedes("a", "a"))
  }
}
