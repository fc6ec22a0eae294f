import Foundation
import Testing
import Torch

@testable import FoveaData

@Suite("Annotation audit")
struct AnnotationAuditTests {
  /// A set with the faults of CPPE-5: sizes that are not the images', and boxes that reach outside of what the images are,
  /// in 590, 822 and 878; and with every other kind.
  private func faulty() throws -> Scratch {
    let scratch = try Scratch()
    for id in [589, 590, 821, 822, 878, 900] { try scratch.image("images/\(id).png", width: 40, height: 30) }
    try scratch.write("images/901.png", "no image")
    try scratch.coco(
      "annotations/train.json",
      images: [
        (589, "589.png", 40, 30), (590, "590.png", 80, 30), (821, "821.png", 30, 40), (822, "822.png", 40, 30),
        (878, "878.png", 40, 30), (900, "900.png", 40, 30), (901, "901.png", 40, 30),
      ],
      boxes: [
        (589, 1, [0, 0, 40, 30]), (590, 1, [30, 5, 30, 10]), (821, 1, [1, 1, 10, 10]), (822, 2, [5, -4, 10, 10]),
        (822, 2, [1, 1, 10, 10]), (878, 1, [50, 40, 10, 10]), (900, 1, [3, 3, 0, 5]), (900, 1, [3, 3, 5, -2]),
        (900, 2, [1, 1, 5, 5]), (900, 2, [1, 1, 5, 5]), (900, 9, [2, 2, 5, 5]), (902, 1, [2, 2, 5, 5]),
      ])
    return scratch
  }

  @Test("590, 822 and 878 are found by rule, each with its box")
  func findsWhatTheCollectionFound() throws {
    let scratch = try faulty()
    let audit = try #require(try DataSpec("cppe5:\(scratch.url.path)").audit().first)
    let outside = audit.faults.filter { $0.kind == .outside }
    #expect(outside.map(\.image) == [590, 822, 878])
    #expect(outside.map(\.object) == ["annotation 101", "annotation 103", "annotation 105"])
    #expect(outside[0].file == scratch.place("images/590.png").path)
    #expect(outside[0].problem.contains("20.0 pixels outside the image of 40x30"))
  }

  @Test("Every kind of fault is found and named")
  func everyKind() throws {
    let scratch = try faulty()
    let audit = try #require(try DataSpec("cppe5:\(scratch.url.path)").audit().first)
    #expect(
      audit.counts == [
        .outside: 3, .wrongSize: 2, .emptyBox: 2, .duplicate: 1, .unknownClass: 1, .unknownImage: 1,
        .unreadableImage: 1,
      ])
    #expect(audit.images == 7 && audit.objects == 11)
    #expect(audit.faults.filter { $0.kind == .wrongSize }.map(\.image) == [590, 821])
    #expect(audit.faults.filter { $0.kind == .emptyBox }.map(\.object) == ["annotation 106", "annotation 107"])
    #expect(
      audit.description.contains("duplicate: \(scratch.place("images/900.png").path) (image 900): annotation 109"))
    let copy = try JSONDecoder().decode(AnnotationAudit.self, from: JSONEncoder().encode(audit))
    #expect(copy.faults == audit.faults && copy.split == .train)
  }

  @Test("Faults stop the load unless it is said what to do about them")
  func fails() throws {
    let scratch = try faulty()
    let error = #expect(throws: AnnotationError.self) { try DataSpec("coco:\(scratch.url.path)").load() }
    #expect(error?.faults.count == 11)
    #expect(error?.description.contains("590.png") == true)
  }

  @Test("Faulty boxes are dropped, or clipped where that mends them", arguments: [FaultPolicy.drop, .clip])
  func corrects(_ policy: FaultPolicy) throws {
    let scratch = try faulty()
    let train = try DataSpec("coco:\(scratch.url.path)").load(validationFraction: 0, annotations: policy).train
    let set = try #require(train as? DetectionDataset)
    #expect(set.faults.count == 11)
    #expect((0..<set.count).map { set.annotation(at: $0).id } == [589, 590, 821, 822, 878, 900])
    let boxes = try (0..<set.count).map { sides(try set[$0]) }
    #expect(boxes[0] == [0, 0, 40, 30])
    #expect(boxes[1] == (policy == .clip ? [30, 5, 40, 15] : []))
    #expect(boxes[2] == [1, 1, 11, 11])
    #expect(boxes[3] == (policy == .clip ? [5, 0, 15, 6, 1, 1, 11, 11] : [1, 1, 11, 11]))
    #expect(boxes[4] == [])
    #expect(boxes[5] == [1, 1, 6, 6])
  }

  @Test("A sound set has no faults")
  func sound() throws {
    let scratch = try Scratch()
    try scratch.image("images/1.png", width: 40, height: 30)
    try scratch.coco("annotations/train.json", images: [(1, "1.png", 40, 30)], boxes: [(1, 1, [0.1, 0.2, 39.9, 29.8])])
    let audit = try #require(try DataSpec("coco:\(scratch.url.path)").audit().first)
    #expect(audit.faults.isEmpty)
    #expect(audit.description == "train: 1 images, 1 objects, no fault")
  }

  @Test("Sets without boxes cannot be audited")
  func withoutBoxes() {
    #expect(throws: DatasetError.self) { try DataSpec("mnist").audit() }
  }

  @Test("An image that changes after the set was opened is an error with its name")
  func changed() throws {
    let scratch = try Scratch()
    try scratch.image("images/1.png", width: 40, height: 30)
    try scratch.coco("annotations/train.json", images: [(1, "1.png", 40, 30)], boxes: [])
    let train = try DataSpec("coco:\(scratch.url.path)").load(validationFraction: 0).train
    try scratch.image("images/1.png", width: 4, height: 3)
    let error = #expect(throws: DatasetError.self) { try train[0] }
    #expect(error?.path.hasSuffix("images/1.png") == true)
  }
}
