import Foundation
import Testing

@testable import Fovea

@Suite struct FaceChipsTests {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-chips-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Ada with two photographs, Bo with one.
  func people() throws -> ImageFolder {
    for path in ["Ada/1.png", "Ada/2.png", "Bo/1.png"] {
      let file = folder.appendingPathComponent("people/\(path)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Image(width: 40, height: 40, color: .white).write(to: file)
    }
    return try ImageFolder.people(folder.appendingPathComponent("people"))
  }

  /// One that finds a face in everything, or in nothing.
  func detector(findsFaces: Bool) -> MTCNN {
    seedAll(3)
    let detector = MTCNN()
    detector.options.thresholds = findsFaces ? [0, 0, 0] : [1, 1, 1]
    return detector
  }

  @Test func whoLosesPhotographsIsNamed() throws {
    let chips = FaceChips(FaceAlignment(size: 32), in: folder.appendingPathComponent("chips"))
    let audit = try chips.make(of: people(), with: detector(findsFaces: false))
    #expect(audit.people.map(\.name) == ["Ada", "Bo"])
    #expect(audit.people[0].lost == ["Ada/1.png", "Ada/2.png"] && audit.people[0].photographs == 2)
    #expect(audit.lostCount == 3 && audit.photographs == 3 && audit.peopleWithout == ["Ada", "Bo"])
    let saved = try Data(contentsOf: folder.appendingPathComponent("chips/audit.json"))
    #expect(try JSONDecoder().decode(LostFaceAudit.self, from: saved) == audit)
    // What is known to have no face is not looked at again.
    #expect(try chips.make(of: people(), with: detector(findsFaces: true)) == audit)
  }

  @Test func chipsAreLaidOutLikeTheSetAndMadeOnce() throws {
    let chips = FaceChips(FaceAlignment(size: 32), in: folder.appendingPathComponent("chips"))
    let audit = try chips.make(of: people(), with: detector(findsFaces: true))
    #expect(audit.lostCount == 0)
    let made = try ImageFolder.people(folder.appendingPathComponent("chips"))
    #expect(made.classNames == ["Ada", "Bo"] && made.count == 3)
    #expect(try made[0].image.shape == [3, 32, 32])
    #expect(try chips.make(of: people(), with: detector(findsFaces: false)).lostCount == 0)
  }

  @Test func photographsOfOneNameHaveChipsOfTheirOwn() throws {
    #expect(FaceChips.names(of: ["Ada/1.jpg", "Ada/1.png", "Bo/1.jpg"]) == ["Ada/1.png", "Ada/1-2.png", "Bo/1.png"])
    #expect(
      FaceChips.names(of: ["1.jpg", "1.jpg", "1-2.jpg", "X.jpg", "x.jpg"])
        == ["1.png", "1-2.png", "1-2-2.png", "X.png", "x-2.png"])
    _ = try people()
    try Image(width: 40, height: 40, color: .black).write(to: folder.appendingPathComponent("people/Ada/1.jpg"))
    let place = folder.appendingPathComponent("chips")
    let audit = try FaceChips(FaceAlignment(size: 32), in: place).make(of: people(), with: detector(findsFaces: true))
    #expect(audit.photographs == 4 && audit.lostCount == 0)
    #expect(try ImageFolder.people(place).count == 4)
  }

  @Test func aFolderOfOtherChipsIsRefused() throws {
    let place = folder.appendingPathComponent("chips")
    _ = try FaceChips(FaceAlignment(size: 32), in: place).make(of: people(), with: detector(findsFaces: false))
    let error = #expect(throws: DatasetError.self) {
      try FaceChips(FaceAlignment(size: 64), in: place).make(of: people(), with: detector(findsFaces: false))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("chips of 32, not 64"))
  }
}
