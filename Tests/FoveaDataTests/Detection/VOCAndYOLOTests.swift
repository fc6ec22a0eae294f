import Foundation
import Testing
import Torch

@testable import FoveaData

@Suite("PASCAL VOC files")
struct VOCTests {
  private func folder() throws -> Scratch {
    let scratch = try Scratch()
    for name in ["a", "b", "c"] {
      try scratch.image("VOC/JPEGImages/\(name).png", width: 40, height: 30)
      try scratch.voc(
        "VOC/Annotations/\(name).xml", size: (40, 30),
        boxes: name == "c" ? [] : [("dog", [1, 2, 11, 22]), (name, [0.5, 0, 40, 30])])
    }
    try scratch.write("VOC/ImageSets/Main/train.txt", "a\nb  1\n")
    try scratch.write("VOC/ImageSets/Main/test.txt", "c\n")
    return scratch
  }

  @Test("Lists, classes and boxes are read; parts of objects are no objects")
  func reads() throws {
    let scratch = try folder()
    let splits = try DataSpec("voc:\(scratch.url.path)").load(validationFraction: 0)
    #expect(splits.train.count == 2 && splits.test?.count == 1 && splits.validation == nil)
    #expect(splits.classNames == ["a", "b", "dog"])
    #expect(sides(try splits.train[1]) == [1, 2, 11, 22, 0.5, 0, 40, 30])
    #expect(try splits.train[1].boxLabels?.array(Int.self) == [2, 1])
    #expect(try splits.test?[0].boxes?.isEmpty == true)
  }

  @Test("Without lists, all is one part")
  func withoutLists() throws {
    let scratch = try folder()
    try FileManager.default.removeItem(at: scratch.place("VOC/ImageSets"))
    #expect(try DataSpec("voc:\(scratch.url.path)/VOC").load(validationFraction: 0).train.count == 3)
  }

  @Test(
    "What is wrong with a file is named",
    arguments: [
      ("<annotation><object><name>cat</name></object></annotation>", "xmin"),
      ("<annotation><object><bndbox/></object></annotation>", "object 1 has no <name>"),
      ("<annotation><object><name>cat</name>", "line"), ("<svg/>", "<svg>"), ("\u{0}", "UTF-8"),
      (String(repeating: "<annotation>", count: 40), "deep"),
      ("<!DOCTYPE a [<!ENTITY x SYSTEM \"/etc/passwd\">]><annotation>&x;</annotation>", "declares"),
    ])
  func broken(text: String, named: String) throws {
    let scratch = try folder()
    let file = try scratch.write("VOC/Annotations/a.xml", text)
    let error = #expect(throws: DatasetError.self) { try DataSpec("voc:\(scratch.url.path)").load() }
    #expect(error?.path == file.path)
    #expect(error?.description.contains(named) == true, "\(error?.description ?? "")")
  }

  @Test("An entity bomb is refused, in any encoding")
  func bomb() throws {
    let scratch = try folder()
    var lines = ["<!DOCTYPE bomb [", "<!ENTITY a0 \"boom\">"]
    for level in 1...9 { lines.append("<!ENTITY a\(level) \"\(String(repeating: "&a\(level - 1);", count: 10))\">") }
    let text = (lines + ["]>", "<annotation><filename>&a9;</filename></annotation>"]).joined(separator: "\n")
    for encoding in [String.Encoding.utf8, .utf16, .utf16BigEndian] {
      try scratch.write("VOC/Annotations/a.xml", try #require(text.data(using: encoding)))
      #expect(throws: DatasetError.self) { try DataSpec("voc:\(scratch.url.path)").load() }
    }
  }

  @Test("Damaged files never crash")
  func fuzz() throws {
    let scratch = try folder()
    let bytes = Array(try Data(contentsOf: scratch.place("VOC/Annotations/a.xml")))
    var random = RandomSource(seed: 7)
    for _ in 0..<200 {
      var damaged = bytes
      for _ in 0..<random.integer(in: 1..<4) {
        damaged[random.integer(in: 0..<damaged.count)] = UInt8(random.integer(in: 0..<256))
      }
      let file = try scratch.write("a.xml", damaged.prefix(random.integer(in: 1..<damaged.count + 1)))
      do { _ = try VOCFile(file).objects.count } catch is DatasetError {}
    }
  }
}

@Suite("YOLO folders")
struct YOLOTests {
  private func folder(_ images: String, _ labels: String) throws -> Scratch {
    let scratch = try Scratch()
    try scratch.image("\(images)/a.png", width: 40, height: 20)
    try scratch.image("\(images)/b.png", width: 10, height: 10)
    try scratch.write("\(labels)/a.txt", "1 0.5 0.5 0.25 0.5\n\n0 0.1 0.1 0.9 0.2 0.5 0.8\n")
    return scratch
  }

  @Test(
    "Both layouts; lines of boxes and of outlines; an image without a file",
    arguments: [
      ("images/train", "labels/train"), ("train/images", "train/labels"),
    ])
  func reads(images: String, labels: String) throws {
    let scratch = try folder(images, labels)
    try scratch.write("data.yaml", "path: /elsewhere\ntrain: \(images)\nnc: 2\nnames: {0: cat, 1: dog}\n")
    let train = try DataSpec("yolo:\(scratch.url.path)").load(validationFraction: 0).train
    #expect(train.classNames == ["cat", "dog"])
    let expected: [Float] = [15, 5, 25, 15, 4, 2, 36, 16]
    #expect(zip(sides(try train[0]), expected).allSatisfy { abs($0 - $1) < 1e-4 })
    #expect(try train[0].boxLabels?.array(Int.self) == [1, 0])
    #expect(try train[1].boxes?.isEmpty == true)
  }

  @Test(
    "Names come from a list, a text file, or are numbers",
    arguments: [
      ("data.yaml", "names: [cat, dog]"), ("classes.txt", "cat\ndog\n"), ("labels/classes.txt", "cat\r\ndog"),
      ("none.txt", ""),
    ])
  func names(file: String, text: String) throws {
    let scratch = try folder("images/train", "labels/train")
    try scratch.write(file, text)
    let names = try DataSpec("yolo:\(scratch.url.path)").load(validationFraction: 0).classNames
    #expect(names == (text.isEmpty ? ["0", "1"] : ["cat", "dog"]))
  }

  @Test(
    "A broken line is named", arguments: ["0 0.5 0.5 0.5", "cat 0.5 0.5 0.1 0.1", "0 0.5 x 0.1 0.1", "0 1 2 3 4 5"])
  func broken(line: String) throws {
    let scratch = try folder("images/train", "labels/train")
    let file = try scratch.write("labels/train/b.txt", "0 0.5 0.5 0.1 0.1\n\(line)\n")
    let error = #expect(throws: DatasetError.self) { try DataSpec("yolo:\(scratch.url.path)").load() }
    #expect(error?.path == file.path)
    #expect(error?.problem.contains("line 2") == true)
  }

  @Test("A class without a name, and a side that is no number, are faults of the audit")
  func faults() throws {
    let scratch = try folder("images/train", "labels/train")
    try scratch.write("labels/train/b.txt", "7 0.5 0.5 0.1 0.1\n0 nan 0.5 0.1 0.1\n-1 0.5 0.5 0.2 0.2\n")
    try scratch.write("classes.txt", "cat\ndog\n")
    let audit = try #require(try DataSpec("yolo:\(scratch.url.path)").audit().first)
    #expect(audit.faults.map(\.kind) == [.unknownClass, .notFinite, .unknownClass])
    #expect(audit.faults.map(\.object) == ["line 1", "line 2", "line 3"])
  }
}
