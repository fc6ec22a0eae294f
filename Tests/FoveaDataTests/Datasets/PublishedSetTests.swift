import Foundation
import Testing
import Torch

@testable import FoveaData

@Suite("MNIST and CIFAR")
struct PublishedSetTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// An IDX file as MNIST's: images of 2 x 3 pixels, image `i` counting from `10 i`.
  private func idx(_ shape: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)]
      + shape.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } } + elements
  }

  private func writeMNIST(_ folder: String, packed: Bool = true) throws {
    for (prefix, count) in [("train", 5), ("t10k", 2)] {
      let pixels = (0..<count).flatMap { image in (0..<6).map { UInt8(10 * image + $0) } }
      let images = idx([count, 2, 3], pixels)
      let labels = idx([count], (0..<count).map { UInt8(9 - $0) })
      let ending = packed ? ".gz" : ""
      try scratch.write("\(folder)/\(prefix)-images-idx3-ubyte\(ending)", packed ? gzip(images) : images)
      try scratch.write("\(folder)/\(prefix)-labels-idx1-ubyte\(ending)", packed ? gzip(labels) : labels)
    }
  }

  @Test("IDX files are read, packed or not", arguments: [true, false])
  func mnist(packed: Bool) throws {
    try writeMNIST("set", packed: packed)
    let train = try FashionMNIST.load(.train, from: scratch.place("set"))
    #expect(train.images.shape == [5, 1, 2, 3])
    #expect(train.images.dtype == .uint8)
    #expect(train.labels == [9, 8, 7, 6, 5])
    #expect(train.classNames[9] == "Ankle boot")
    let sample = try train[3]
    #expect(sample.image.array(Int.self) == [30, 31, 32, 33, 34, 35])
    #expect(sample.label == 6 && sample.index == 3 && sample.name == "Fashion-MNIST train image 3")
    let test = try MNIST.load(.test, from: scratch.place("set"))
    #expect(test.count == 2 && test.split == .test && test.classNames == (0...9).map(String.init))
  }

  @Test("A sample that is changed in place leaves the set as it was")
  func independent() throws {
    try writeMNIST("set")
    let set = try MNIST.load(.train, from: scratch.place("set"))
    try set[1].image.copy_(Tensor.zeros([1, 2, 3], dtype: .uint8))
    #expect(try set[1].image.array(Int.self) == [10, 11, 12, 13, 14, 15])
  }

  @Test("There is no validation set to load")
  func noValidation() throws {
    try writeMNIST("set")
    #expect(throws: DatasetError.self) { try MNIST.load(.validation, from: scratch.place("set")) }
    #expect(throws: DatasetError.self) { try MNIST.load(.train, from: scratch.place("nowhere")) }
  }

  @Test("IDX files that lie are refused by name")
  func lies() throws {
    let good = idx([2, 2, 3], [UInt8](repeating: 1, count: 12))
    let bad: [[UInt8]] = [
      [], Array(good.prefix(3)), Array(good.prefix(15)), Array(good.dropLast()), good + [0],
      idx([2, 2, 3], [], type: 8), idx([2, 2, 3], [UInt8](repeating: 1, count: 12), type: 13),
      idx([12], [UInt8](repeating: 1, count: 12)), idx([0, 2, 3], []),
      idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1]),
      [1] + good.dropFirst(),
    ]
    for bytes in bad {
      let file = try scratch.write("lie", bytes)
      let error = #expect(throws: DatasetError.self, "\(bytes.prefix(20))") { try IDX(file, rank: 3) }
      #expect(error?.path == file.path)
    }
    #expect(try IDX(scratch.write("truth", good), rank: 3).shape == [2, 2, 3])
  }

  @Test("Labels must be as many as images, and of a class")
  func labels() throws {
    try writeMNIST("set", packed: false)
    try scratch.write("set/train-labels-idx1-ubyte", idx([4], [0, 1, 2, 3]))
    #expect(throws: DatasetError.self) { try MNIST.load(.train, from: scratch.place("set")) }
    try scratch.write("set/train-labels-idx1-ubyte", idx([5], [0, 1, 10, 3, 4]))
    let error = #expect(throws: DatasetError.self) { try MNIST.load(.train, from: scratch.place("set")) }
    #expect(error?.problem == "label 10 of image 2 is not in 0...9")
  }

  /// Records of CIFAR: the planes of image `i` are full of `i`, `i + 100` and `i + 200`.
  private func records(_ count: Int, labels: (Int) -> [UInt8]) -> [UInt8] {
    (0..<count).flatMap { image in
      labels(image) + [0, 100, 200].flatMap { [UInt8](repeating: UInt8(image + $0), count: 1024) }
    }
  }

  @Test("CIFAR-10's five files make one set, and its class names are read")
  func cifar10() throws {
    let folder = "cifar/cifar-10-batches-bin"
    for part in 1...5 {
      try scratch.write("\(folder)/data_batch_\(part).bin", records(2) { [UInt8(part - 1 + $0)] })
    }
    try scratch.write("\(folder)/test_batch.bin", records(3) { [UInt8($0)] })
    try scratch.write("\(folder)/batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\n\n")
    let train = try CIFAR10.load(.train, from: scratch.place("cifar"))
    #expect(train.images.shape == [10, 3, 32, 32])
    #expect(train.labels == [0, 1, 1, 2, 2, 3, 3, 4, 4, 5])
    #expect(train.classNames.count == 6)
    #expect(train.images[1, 0..., 31, 31].array(Int.self) == [1, 101, 201])
    #expect(try CIFAR10.load(.test, from: scratch.place(folder)).count == 3)
    try scratch.write("\(folder)/test_batch.bin", records(3) { [UInt8($0 + 4)] })
    let error = #expect(throws: DatasetError.self) { try CIFAR10.load(.test, from: scratch.place("cifar")) }
    #expect(error?.problem == "label 6 of record 2 is not in 0..<6")
    try scratch.write("\(folder)/test_batch.bin", records(3) { [UInt8($0)] }.dropLast())
    #expect(throws: DatasetError.self) { try CIFAR10.load(.test, from: scratch.place("cifar")) }
  }

  @Test("CIFAR-100 has fine and coarse labels")
  func cifar100() throws {
    try scratch.write("c/train.bin", records(3) { [UInt8($0 / 2), UInt8($0)] })
    try scratch.write("c/fine_label_names.txt", "apple\nbaby\nbear\n")
    try scratch.write("c/coarse_label_names.txt", "fruit\nothers\n")
    let fine = try CIFAR100.load(.train, from: scratch.place("c"))
    let coarse = try CIFAR100.load(.train, labels: .coarse, from: scratch.place("c"))
    #expect(fine.labels == [0, 1, 2] && fine.classNames == ["apple", "baby", "bear"])
    #expect(coarse.labels == [0, 0, 1] && coarse.classNames == ["fruit", "others"])
    #expect(fine.images.array(UInt8.self) == coarse.images.array(UInt8.self))
  }

  @Test("A published file comes from the next place if the first fails, and archives are unpacked once")
  func mirrors() throws {
    var tar = Tar()
    tar.add("cifar-100-binary/test.bin", records(1) { _ in [0, 0] })
    let packed = gzip(tar.finished)
    let server = try LocalServer { $0.path == "/good/a.tar.gz" ? .init(body: packed) : .init(status: 404) }
    let file = PublishedFile(
      urls: [server.url("/bad/a.tar.gz").absoluteString, server.url("/good/a.tar.gz").absoluteString],
      checksum: try Checksum.sha256("").computed(for: scratch.write("x", packed)))
    let place = try file.download(into: scratch.place("home"), progress: nil)
    #expect(place == scratch.place("home/a.tar.gz"))
    try Archive(place).unpack(to: scratch.place("home/unpacked"))
    #expect(scratch.contents.contains("home/unpacked/cifar-100-binary/test.bin"))
    let none = PublishedFile(urls: [server.url("/bad/b").absoluteString], checksum: .md5(""))
    #expect(throws: DownloadError.self) { try none.download(into: scratch.place("home"), progress: nil) }
  }

  @Test(
    "The real Fashion-MNIST, where Debian's package is installed",
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist")))
  func real() throws {
    let test = try FashionMNIST.load(.test)
    #expect(test.images.shape == [10000, 1, 28, 28])
    #expect(test.labels?.prefix(5) == [9, 2, 1, 1, 6])
    #expect((0..<10).allSatisfy { label in test.labels?.count { $0 == label } == 1000 })
  }
}
