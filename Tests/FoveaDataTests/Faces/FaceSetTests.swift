import Foundation
import FoveaImaging
import Testing

@testable import FoveaData

@Suite struct FaceSetTests {
  /// A folder of people with so many photographs each, which are empty files: nothing here reads them.
  private func people(_ counts: [String: Int], in scratch: Scratch, below folder: String = "") throws {
    for (name, count) in counts {
      for number in 1...count { try scratch.write("\(folder)\(name)/\(name)_000\(number).jpg", "") }
    }
  }

  @Test func peopleAreHeldOutWhole() throws {
    let scratch = try Scratch()
    try people(["Ada": 3, "Bo": 2, "Cy": 4, "Di": 1], in: scratch)
    let faces = try DataSpec("people:\(scratch.url.path)").faces(heldOut: 0.5, seed: 3)
    let unseen = try #require(faces.unseen)
    #expect(Set(faces.train.classNames).isDisjoint(with: unseen.classNames))
    #expect(faces.train.classNames.count == 2 && unseen.classNames.count == 2)
    #expect(faces.train.count + unseen.count == 10)
    #expect(Set(faces.train.people) == [0, 1] && Set(unseen.people) == [0, 1])
    for index in 0..<unseen.count {
      #expect(unseen.file(at: index).path.contains("/\(unseen.classNames[unseen.people[index]])/"))
    }
    #expect(faces.pairs.count == unseen.count * (unseen.count - 1) / 2)
    let again = try DataSpec("people:\(scratch.url.path)").faces(heldOut: 0.5, seed: 3)
    #expect(again.unseen?.classNames == unseen.classNames)
  }

  @Test func foldersForPartsDecideWhoIsUnseen() throws {
    let scratch = try Scratch()
    try people(["Ada": 2, "Bo": 2], in: scratch, below: "train/")
    try people(["Cy": 2], in: scratch, below: "test/")
    let faces = try DataSpec("people:\(scratch.url.path)").faces(heldOut: 0.5)
    #expect(faces.train.classNames == ["Ada", "Bo"])
    #expect(faces.unseen?.classNames == ["Cy"])
  }

  @Test func allPhotographsAreThoseOfAllParts() throws {
    let scratch = try Scratch()
    try people(["Ada": 2, "Bo": 2], in: scratch, below: "train/")
    try people(["Cy": 1], in: scratch, below: "val/")
    try people(["Ada": 3, "Di": 1], in: scratch, below: "Test/")
    let all = try DataSpec("people:\(scratch.url.path)").photographs()
    #expect(all.classNames == ["Ada", "Bo", "Cy", "Di"])
    #expect(all.photographCounts == ["Ada": 5, "Bo": 2, "Cy": 1, "Di": 1])
    #expect((0..<all.count).allSatisfy { FileManager.default.fileExists(atPath: all.file(at: $0).path) })
    #expect(all.file(at: all.count - 1).path.hasSuffix("/Test/Di/Di_0001.jpg"))
  }

  @Test func aListNamesPhotographsAndPersons() throws {
    let scratch = try Scratch()
    let list = try scratch.write(
      "casia.txt", "# made\n0000045/001.jpg 10\n0000099/my photo.jpg\t2\n\n0000045/002.jpg 10\n")
    let set = try ImageFolder.people(list: list)
    #expect(set.classNames == ["2", "10"])
    #expect(set.people == [1, 0, 1])
    #expect(set.file(at: 1).lastPathComponent == "my photo.jpg")
    #expect(set.photographCounts == ["2": 1, "10": 2])
  }

  @Test(arguments: ["", "one\n", "../secret.jpg 1\n", "/etc/passwd 1\n", "a/../../b.jpg 1\n", "a.jpg 1\nb.jpg\n"])
  func aWrongListIsAnErrorWithItsFile(_ text: String) throws {
    let scratch = try Scratch()
    let list = try scratch.write("list.txt", text)
    let error = #expect(throws: DatasetError.self) { try ImageFolder.people(list: list) }
    #expect("\(error.map { "\($0)" } ?? "")".contains(list.path))
  }

  // MARK: LFW

  private func lfw(_ scratch: Scratch, below folder: String = "lfw_funneled/") throws {
    try people(["Ada_L": 3, "Bo_K": 2, "Cy_Y": 2, "Di_P": 1], in: scratch, below: folder)
    try scratch.write(
      "pairs.txt", "2\t1\nAda_L\t1\t2\nAda_L\t1\tBo_K\t2\nCy_Y\t1\t2\nCy_Y\t2\tDi_P\t1\n")
    try scratch.write("peopleDevTrain.txt", "2\nAda_L\t3\nDi_P\t1\n")
    try scratch.write("peopleDevTest.txt", "2\nBo_K\t2\nCy_Y\t2\n")
    try scratch.write("pairsDevTest.txt", "1\nBo_K\t1\t2\nBo_K\t1\tCy_Y\t2\n")
  }

  @Test(arguments: ["", "lfw/", "lfw_funneled/", "lfw-deepfunneled/"]) func lfwHasItsFoldsOfPairs(_ folder: String)
    throws
  {
    let scratch = try Scratch()
    try lfw(scratch, below: folder)
    let set = try LFW(scratch.url)
    #expect(set.photographs.count == 8)
    let list = try set.pairs(.view2)
    #expect(list.folds == 2 && list.pairs.map(\.isSame) == [true, false, true, false] && list.missing.isEmpty)
    #expect(list.pairs.map(\.fold) == [0, 0, 1, 1] && list.skipped == 0)
    let names = list.pairs.map { [$0.first, $0.second].map { set.photographs.file(at: $0).lastPathComponent } }
    #expect(names[1] == ["Ada_L_0001.jpg", "Bo_K_0002.jpg"])
    #expect(names[2] == ["Cy_Y_0001.jpg", "Cy_Y_0002.jpg"])
  }

  @Test func developmentTrainsOnSomeAndIsJudgedByOthers() throws {
    let scratch = try Scratch()
    try lfw(scratch)
    let faces = try DataSpec("lfw:\(scratch.url.path)").faces()
    #expect(faces.train.classNames == ["Ada_L", "Di_P"])
    let unseen = try #require(faces.unseen)
    #expect(
      Set((0..<unseen.count).map { unseen.file(at: $0).lastPathComponent })
        == ["Bo_K_0001.jpg", "Bo_K_0002.jpg", "Cy_Y_0002.jpg"])
    #expect(faces.pairs.map(\.isSame) == [true, false])
    for pair in faces.pairs { #expect((unseen.people[pair.first] == unseen.people[pair.second]) == pair.isSame) }
    let final = try FaceSplits.view2(LFW(scratch.url), name: "lfw")
    #expect(final.folds == 2 && final.pairs.count == 4 && final.train.isEmpty)
  }

  @Test(arguments: ["", "lfw_funneled/"]) func chipsGetTheListsToo(_ place: String) throws {
    let scratch = try Scratch()
    try lfw(scratch, below: "set/\(place)")
    for list in ["pairs.txt", "peopleDevTrain.txt", "peopleDevTest.txt", "pairsDevTest.txt"] {
      try FileManager.default.moveItem(at: scratch.place(list), to: scratch.place("set/\(list)"))
    }
    try people(["Ada_L": 2, "Bo_K": 2, "Cy_Y": 2], in: scratch, below: "chips/")  // one was lost, and somebody
    let original = try LFW(scratch.place("set"))
    try scratch.write("chips/peopleDevTest.txt", "1\nCy_Y\t2\n")
    try original.copyLists(to: scratch.place("chips"))
    let chips = try LFW(scratch.place("chips"))
    #expect(try chips.pairs(.view2, skippingMissing: true).pairs.count == 3)
    #expect(try chips.people(.developmentTrain).classNames == ["Ada_L"])
    #expect(try chips.people(.developmentTest).classNames == ["Cy_Y"])  // what was there already is kept
    #expect(try FaceSplits.development(chips, name: "lfw", heldOut: 0.25, seed: 0).pairs.count == 2)
  }

  @Test func aLostPhotographIsNamedOrItsPairLeftOut() throws {
    let scratch = try Scratch()
    try lfw(scratch)
    try FileManager.default.removeItem(at: scratch.place("lfw_funneled/Ada_L/Ada_L_0001.jpg"))
    let set = try LFW(scratch.url)
    let error = #expect(throws: DatasetError.self) { try set.pairs(.view2) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("pairs.txt:2: names Ada_L_0001"))
    let list = try set.pairs(.view2, skippingMissing: true)
    #expect(list.pairs.count == 2 && list.missing == ["Ada_L_0001", "Ada_L_0001"] && list.skipped == 2)
    #expect(list.folds == 2 && list.pairs.map(\.fold) == [1, 1])  // the second fold stays the second
    let splits = try FaceSplits.view2(set, name: "lfw")
    #expect(splits.skippedPairs == 2 && splits.folds == 2 && splits.pairs.map(\.fold) == [1, 1])
    #expect(splits.unseen?.classNames == ["Cy_Y", "Di_P"])  // those who are there
    #expect(
      splits.pairs.map { [splits.unseen?.people[$0.first], splits.unseen?.people[$0.second]] } == [[0, 0], [0, 1]])
  }

  @Test func aWrongListOfPairsIsAnErrorWithItsLine() throws {
    let scratch = try Scratch()
    try lfw(scratch)
    let set = try LFW(scratch.url)
    for (text, place) in [
      ("", "pairs.txt:1"), ("x\n", "pairs.txt:1"), ("9223372036854775807 9223372036854775807\n", "pairs.txt"),
      ("2 1\nAda_L 1 2\n", "pairs.txt"), ("1\nAda_L 1 2\nAda_L 1 Ada_L 2\n", "pairs.txt:3"),
      ("1\nAda_L one 2\nAda_L 1 Bo_K 2\n", "pairs.txt:2"), ("1\n../x 1 2\nAda_L 1 Bo_K 2\n", "pairs.txt:2"),
    ] {
      try scratch.write("pairs.txt", text)
      let error = #expect(throws: DatasetError.self) { try set.pairs(.view2) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(place))
    }
  }

  @Test func mangledListsNeverCrash() throws {
    let scratch = try Scratch()
    try lfw(scratch)
    let set = try LFW(scratch.url)
    let text = Array("2\t1\nAda_L\t1\t2\nAda_L\t1\tBo_K\t2\nCy_Y\t1\t2\nCy_Y\t2\tDi_P\t1\n".utf8)
    var random = RandomSource(seed: 1)
    for _ in 0..<300 {
      var mangled = text
      for _ in 0...random.integer(in: 0..<4) {
        let place = random.integer(in: 0..<mangled.count)
        if random.chance(0.3) { mangled.remove(at: place) } else { mangled[place] = UInt8(random.integer(in: 0..<256)) }
      }
      try scratch.write("pairs.txt", mangled)
      if let list = try? set.pairs(.view2, skippingMissing: true) {
        #expect(list.pairs.allSatisfy { set.photographs.people.indices.contains(max($0.first, $0.second)) })
      }
      let entries = try scratch.write("list.txt", mangled)
      _ = try? ImageFolder.people(list: entries)
    }
  }

  @Test func namesAreSpecs() throws {
    #expect(throws: DataSpecError.missingPath("people")) { try DataSpec("people") }
    #expect(try DataSpec("lfw-funneled").kind == .lfwFunneled)
    #expect(throws: DatasetError.self) { try DataSpec("mnist").faces() }
    let scratch = try Scratch()
    try people(["Ada": 2, "Bo": 2], in: scratch)
    let splits = try DataSpec("people:\(scratch.url.path)").load(validationFraction: 0.5)
    #expect(splits.train.classNames.count == 1 && splits.validation?.classNames.count == 1)
  }
}
