import Foundation
import FoveaImaging
import Testing

@testable import FoveaData

@Suite("DataSpec")
struct DataSpecTests {
  @Test("Names and paths", arguments: ["fashion-mnist", "mnist", "cifar10", "cifar100", "cifar100-coarse"])
  func names(text: String) throws {
    #expect(try DataSpec(text).description == text)
    #expect(try DataSpec(text).path == nil)
    #expect(try DataSpec(text + ":/data/x:y").path == "/data/x:y")
  }

  @Test("A wrong name is told the nearest right one")
  func wrong() {
    #expect(throws: DataSpecError.unknown("cifar-10", nearest: "cifar10")) { try DataSpec("cifar-10") }
    #expect(throws: DataSpecError.unknown("fashionmnist", nearest: "fashion-mnist")) { try DataSpec("fashionmnist") }
    #expect(throws: DataSpecError.unknown("folders", nearest: "folder")) { try DataSpec("folders:/x") }
    #expect(throws: DataSpecError.unknown("oxford-flowers", nearest: nil)) { try DataSpec("oxford-flowers") }
    #expect(throws: DataSpecError.unknown("", nearest: nil)) { try DataSpec("") }
    let error = #expect(throws: DataSpecError.self) { try DataSpec("cifar-10") }
    #expect(error?.description.contains("did you mean 'cifar10'") == true)
    #expect(error?.description.contains("imagenet") == true)
    #expect(DataSpecError.unknown("x", nearest: nil).description.hasPrefix("there is no data set 'x'; there are: "))
  }

  @Test("A path that is needed must be there", arguments: ["folder", "imagenet", "folder:", "cifar10:"])
  func paths(text: String) {
    #expect(throws: DataSpecError.missingPath(String(text.split(separator: ":")[0]))) { try DataSpec(text) }
  }

  @Test("The first set that is there is taken, and what was wrong with the others is told")
  func firstAvailable() throws {
    let scratch = try Scratch()
    for number in 0..<4 {
      let file = scratch.place("here/train/\(number % 2)/\(number).png")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Image(width: 2, height: 2, color: Color(red: 1, green: 2, blue: 3)).write(to: file)
    }
    let here = "folder:\(scratch.place("here").path)"
    let (splits, missing) = try DataSplits.firstAvailable(
      ["folder:/nowhere/at/all", here, "cifar-10"], validationFraction: 0)
    #expect(splits.train.count == 4)
    #expect(missing.count == 1 && missing[0].hasPrefix("folder:/nowhere/at/all: "))
    #expect(throws: DataSpecError.unknown("cifar-10", nearest: "cifar10")) {
      try DataSplits.firstAvailable(["folder:/nowhere/at/all", "cifar-10"])
    }
  }

  @Test("A folder is loaded by its spec")
  func folder() throws {
    let scratch = try Scratch()
    for number in 0..<20 {
      let file = scratch.place("train/\(number % 2)/\(number).png")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Image(width: 2, height: 2, color: Color(red: 1, green: 2, blue: 3)).write(to: file)
    }
    let parts = try DataSpec("folder:\(scratch.url.path)").load()
    #expect(parts.train.count == 18 && parts.validation?.count == 2 && parts.test == nil)
    #expect(parts.classNames == ["0", "1"])
    #expect(throws: DatasetError.self) { try DataSpec("folder:\(scratch.url.path)/nowhere").load() }
    #expect(throws: DatasetError.self) { try DataSpec("folder:\(scratch.url.path)").load(validationFraction: 1) }
    #expect(throws: DatasetError.self) { try DataSpec("cifar10:\(scratch.url.path)").load() }
    #expect(throws: DatasetError.self) { try DataSpec("imagenet:\(scratch.url.path)/train").load() }
  }
}
