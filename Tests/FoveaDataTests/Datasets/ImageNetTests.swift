import Foundation
import FoveaImaging
import Testing

@testable import FoveaData

@Suite("ImageNet's layouts")
struct ImageNetTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func write(_ paths: String...) throws {
    for path in paths { try scratch.write(path, "listed, not opened") }
  }

  @Test("Folders by synset in train and val, named by a mapping")
  func folders() throws {
    try write("train/n02012849/a.JPEG", "train/n01440764/b.JPEG", "train/n03126707/c.JPEG", "val/n03126707/v.JPEG")
    try scratch.write(
      "LOC_synset_mapping.txt", "n01440764 tench, Tinca tinca\nn02012849 crane\nn03126707 crane\n")
    let parts = try ImageNet.splits(scratch.url)
    #expect(parts.classNames == ["tench", "crane (n02012849)", "crane (n03126707)"])
    #expect(parts.train.labels == [0, 1, 2])
    #expect(parts.validation?.labels == [2] && parts.validation?.classNames == parts.classNames)
    #expect(parts.test == nil)
  }

  @Test("Names from JSON; without any, the synsets")
  func names() throws {
    try write("train/n01440764/b.JPEG")
    #expect(try ImageNet.splits(scratch.url).classNames == ["n01440764"])
    try scratch.write("imagenet_class_index.json", #"{"0": ["n01440764", "tench"]}"#)
    #expect(try ImageNet.splits(scratch.url).classNames == ["tench"])
    try scratch.write("imagenet_class_index.json", "[1, 2]")
    #expect(throws: DatasetError.self) { try ImageNet.splits(scratch.url) }
  }

  @Test("Kaggle's layout: a flat val and a table")
  func kaggle() throws {
    let home = "ILSVRC/Data/CLS-LOC"
    try write("\(home)/train/n01/a.JPEG", "\(home)/train/n02/a.JPEG", "\(home)/val/ILSVRC2012_val_00000001.JPEG")
    try write("\(home)/val/ILSVRC2012_val_00000002.JPEG")
    #expect(throws: DatasetError.self) { try ImageNet.splits(scratch.url) }
    try scratch.write(
      "LOC_val_solution.csv",
      "ImageId,PredictionString\nILSVRC2012_val_00000001,n02 85 1 499 272\nILSVRC2012_val_00000002,n01 1 2 3 4 n01 5 6 7 8\n"
    )
    #expect(try ImageNet.splits(scratch.url).validation?.labels == [1, 0])
    try scratch.write("LOC_val_solution.csv", "ILSVRC2012_val_00000001,n02 85 1 499 272\n")
    let error = #expect(throws: DatasetError.self) { try ImageNet.splits(scratch.url) }
    #expect(error?.problem == "says nothing of ILSVRC2012_val_00000002.JPEG")
  }

  @Test("Tiny ImageNet's layout: images in a folder of their own, and a table")
  func tiny() throws {
    try write("train/n01/images/n01_0.JPEG", "train/n02/images/n02_0.JPEG", "val/images/val_0.JPEG")
    try scratch.write("val/val_annotations.txt", "val_0.JPEG\tn02\t0\t32\t44\t62\n")
    try scratch.write("words.txt", "n01\tfish, any\nn02\tbird\nn99\tother\n")
    let parts = try ImageNet.splits(scratch.url)
    #expect(parts.classNames == ["fish", "bird"])
    #expect(parts.train.labels == [0, 1] && parts.validation?.labels == [1])
    try scratch.write("val/val_annotations.txt", "val_0.JPEG\tn03\t0\t32\t44\t62\n")
    #expect(throws: DatasetError.self) { try ImageNet.splits(scratch.url) }
  }

  @Test("A folder without train is none of them")
  func none() throws {
    try write("n01/a.JPEG")
    #expect(throws: DatasetError.self) { try ImageNet.splits(scratch.url) }
  }
}
