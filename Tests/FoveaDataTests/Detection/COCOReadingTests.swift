import Foundation
import Testing
import Torch

@testable import FoveaData

@Suite("COCO files")
struct COCOReadingTests {
  /// Two images, the second without objects; three boxes, the last of a crowd.
  private func folder(_ file: String, images: String) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.image("\(images)/a.png", width: 40, height: 30)
    try scratch.image("\(images)/b.png", width: 20, height: 50)
    try scratch.coco(
      file, images: [(7, "a.png", 40, 30), (3, "b.png", 20, 50)],
      boxes: [(7, 5, [1, 2, 10, 20]), (7, 2, [5.5, 0, 34.5, 30])], categories: [(5, "dog"), (2, "cat")])
    return scratch
  }

  @Test(
    "Every usual layout is found",
    arguments: [
      ("annotations/instances_train2017.json", "train2017"), ("annotations/instances_train.json", "images/train"),
      ("annotations/train.json", "images"), ("train/_annotations.coco.json", "train"),
      ("dataset/annotations/train.json", "dataset/images"),
    ])
  func layouts(file: String, images: String) throws {
    let scratch = try folder(file, images: images)
    let train = try DataSpec("coco:\(scratch.url.path)").load(validationFraction: 0).train
    #expect(train.count == 2 && train.split == .train)
    // Labels follow the ids of the categories.
    #expect(train.classNames == ["cat", "dog"])
    let sample = try train[0]
    #expect(sample.image.shape == [3, 30, 40])
    #expect(sides(sample) == [1, 2, 11, 22, 5.5, 0, 40, 30])
    #expect(sample.boxLabels?.array(Int.self) == [1, 0])
    #expect(sample.name.hasSuffix("\(images)/a.png"))
    #expect(try train[1].boxes?.values.shape == [0, 4])
  }

  @Test("A file alone is a training set, and a part is held out of it")
  func oneFile() throws {
    let scratch = try folder("boxes.json", images: "images")
    let splits = try DataSpec("coco:\(scratch.place("boxes.json").path)").load(validationFraction: 0.5)
    #expect(splits.train.count == 1 && splits.validation?.count == 1 && splits.test == nil)
    let heldOut = try #require(splits.validation as? any AnnotatedDataset)
    #expect(heldOut.annotation(at: 0).objects.count == (heldOut.annotation(at: 0).id == 7 ? 2 : 0))
  }

  @Test("Parts share the classes of the training part, by name")
  func parts() throws {
    let scratch = try folder("annotations/train.json", images: "images")
    try scratch.coco(
      "annotations/test.json", images: [(3, "b.png", 20, 50)], boxes: [(3, 1, [0, 0, 5, 5])], categories: [(1, "dog")])
    let splits = try DataSpec("coco:\(scratch.url.path)").load(validationFraction: 0)
    #expect(splits.test?.classNames == ["cat", "dog"])
    #expect(try splits.test?[0].boxLabels?.array(Int.self) == [1])
    #expect(splits.validation == nil)
  }

  @Test("Crowds are annotations, but nothing to learn from")
  func crowds() throws {
    let scratch = try folder("annotations/train.json", images: "images")
    let text = try String(contentsOf: scratch.place("annotations/train.json"), encoding: .utf8)
    try scratch.write(
      "annotations/train.json",
      text.replacing("[5.5, 0.0, 34.5, 30.0], \"iscrowd\": 0", with: "[5.5, 0.0, 34.5, 30.0], \"iscrowd\": true"))
    let train = try DataSpec("coco:\(scratch.url.path)").load(validationFraction: 0).train
    let annotation = try #require(train as? any AnnotatedDataset).annotation(at: 0)
    #expect(annotation.objects.map(\.isCrowd) == [false, true])
    #expect(try train[0].boxLabels?.array(Int.self) == [1])
  }

  @Test(
    "What is wrong with a file is named with the field",
    arguments: [
      (#"{"images": [], "annotations": []}"#, "categories"),
      (#"{"images": [{"id": "1", "file_name": "a.png"}], "annotations": [], "categories": []}"#, "images[0].id"),
      (
        #"{"images": [{"id": 1, "file_name": "a.png"}], "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3]}], "categories": []}"#,
        "annotations[0].bbox"
      ),
      (
        #"{"images": [{"id": 1, "file_name": "a.png"}, {"id": 1, "file_name": "b.png"}], "annotations": [], "categories": []}"#,
        "two images have the id 1"
      ),
      (#"{"images": [{"id": 1, "file_name": "../../etc/passwd"}], "annotations": [], "categories": []}"#, "images[0]"),
      (#"{"images": [{"id": 1, "file_name": "gone.png"}], "annotations": [], "categories": []}"#, "gone.png"),
      (#"{"images": [{"id": 1, "file_n"#, "boxes.json"),
    ])
  func broken(text: String, named: String) throws {
    let scratch = try Scratch()
    let file = try scratch.write("boxes.json", text)
    let error = #expect(throws: DatasetError.self) { try DataSpec("coco:\(file.path)").load() }
    #expect(error?.path == file.path)
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  @Test(
    "Sides that are no numbers are named by the audit, as Python and others write them",
    arguments: ["NaN", "null", "-Infinity"])
  func sidesThatAreNoNumbers(_ side: String) throws {
    let scratch = try folder("annotations/train.json", images: "images")
    let text = try String(contentsOf: scratch.place("annotations/train.json"), encoding: .utf8)
    let changed = text.replacing("[5.5, 0.0, 34.5, 30.0]", with: "[5.5, 0.0, \(side), 30.0], \"area\": NaN")
    #expect(changed != text)
    try scratch.write("annotations/train.json", changed)
    let audit = try #require(try DataSpec("coco:\(scratch.url.path)").audit().first)
    #expect(audit.faults.map(\.kind) == [.notFinite] && audit.objects == 2)
    #expect(audit.faults.first?.object == "annotation 101" && audit.faults.first?.image == 7)
    let train = try DataSpec("coco:\(scratch.url.path)").load(validationFraction: 0, annotations: .drop).train
    #expect(sides(try train[0]) == [1, 2, 11, 22])
  }

  @Test("Words that are no numbers are replaced outside of texts only")
  func words() {
    let text = #"{"NaN": [NaN, -Infinity, Infinity, 1], "a\"NaN": "Infinity \\", "b": NaN}"#
    let expected = #"{"NaN": [null, null, null, 1], "a\"NaN": "Infinity \\", "b": null}"#
    #expect(String(decoding: COCOFile.withoutNumbersThatAreNone(Data(text.utf8)), as: UTF8.self) == expected)
  }

  @Test("A missing image is a fault of its own, though it be the first", arguments: ["a.png", "b.png"])
  func missing(_ name: String) throws {
    let scratch = try folder("annotations/train.json", images: "images")
    try FileManager.default.removeItem(at: scratch.place("images/\(name)"))
    let audit = try #require(try DataSpec("coco:\(scratch.url.path)").audit().first)
    #expect(audit.faults.map(\.kind) == [.unreadableImage])
    #expect(audit.faults.first?.file == scratch.place("images/\(name)").path)
  }

  @Test("Two files for one part are not mixed up")
  func ambiguous() throws {
    let scratch = try folder("annotations/instances_train2014.json", images: "train2014")
    try scratch.coco("annotations/instances_train2017.json", images: [], boxes: [])
    try scratch.write("annotations/captions_val2017.json", "{}")
    let error = #expect(throws: DatasetError.self) { try DataSpec("coco:\(scratch.url.path)").load() }
    #expect(error?.description.contains("instances_train2017.json") == true)
  }

  @Test("Damaged files never crash")
  func fuzz() throws {
    let scratch = try folder("boxes.json", images: "images")
    let file = scratch.place("boxes.json")
    let bytes = Array(try Data(contentsOf: file))
    var random = RandomSource(seed: 6)
    for _ in 0..<300 {
      var damaged = bytes
      for _ in 0..<random.integer(in: 1..<4) {
        let place = random.integer(in: 0..<damaged.count)
        switch random.integer(in: 0..<3) {
        case 0: damaged[place] = UInt8(random.integer(in: 0..<256))
        case 1: damaged.remove(at: place)
        default: damaged.insert(contentsOf: Array("9e".utf8), at: place)
        }
      }
      try scratch.write("boxes.json", damaged)
      do { _ = try COCO.splits(file).checked(.clip).train.count } catch is DatasetError {}
    }
  }
}
