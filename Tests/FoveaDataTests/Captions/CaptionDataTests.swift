import Foundation
import FoveaImaging
import Testing
import Torch

@testable import FoveaData

/// The formats of caption data, right ones and broken ones.
@Suite struct CaptionDataTests {
  /// A folder that is gone afterwards, with files by their paths.
  private func withFolder(_ files: [String: String], images: [String] = [], _ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("captions-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    func place(_ name: String) throws -> URL {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      return file
    }
    for (name, text) in files { try Data(text.utf8).write(to: try place(name)) }
    for name in images {
      try Image(Tensor.full([3, 8, 8], 90, dtype: .uint8)).write(to: try place(name))
    }
    try body(folder)
  }

  private func captions(_ set: (any Dataset)?) throws -> [[String]] {
    let set = try #require(set as? any CaptionedDataset)
    return (0..<set.count).map(set.captions)
  }

  @Test func coco() throws {
    let json = """
      {"images": [{"id": 7, "file_name": "a.jpg"}, {"id": 9, "file_name": "b.jpg"}, {"id": 3, "file_name": "none.jpg"}],
       "annotations": [{"image_id": 9, "caption": "A dog.\\n"}, {"image_id": 7, "caption": " A  cat."},
                       {"image_id": 9, "caption": "The dog."}]}
      """
    try withFolder(["annotations/captions_train2017.json": json], images: ["train2017/a.jpg"]) { folder in
      let splits = try DataSpec("coco-captions:\(folder.path)").load(validationFraction: 0)
      #expect(try captions(splits.train) == [["A cat."], ["A dog.", "The dog."]])
      let sample = try splits.train[0]
      #expect(sample.captions == ["A cat."])
      #expect(sample.image.shape == [3, 8, 8])
    }
  }

  @Test func karpathy() throws {
    func image(_ name: String, _ split: String) -> String {
      #"{"filename": "\#(name)", "filepath": "val2014", "split": "\#(split)", "sentences": [{"raw": "\#(name) one"}]}"#
    }
    let json =
      #"{"images": ["#
      + [image("a", "train"), image("b", "restval"), image("c", "val"), image("d", "test")]
      .joined(separator: ",") + "]}"
    try withFolder(["dataset_coco.json": json]) { folder in
      let splits = try DataSpec("coco-captions:\(folder.path)").load()
      #expect(try captions(splits.train) == [["a one"], ["b one"]])
      #expect(try captions(splits.validation) == [["c one"]])
      #expect(try captions(splits.test) == [["d one"]])
    }
  }

  @Test func flickr8k() throws {
    let files = [
      "Flickr8k.token.txt": "1.jpg#0\tA dog .\n2.jpg#0\tA cat\n1.jpg#1\tDogs\n3.jpg#0\tA bird",
      "Flickr_8k.trainImages.txt": "1.jpg\n", "Flickr_8k.devImages.txt": "2.jpg\n",
      "Flickr_8k.testImages.txt": "3.jpg\n",
    ]
    try withFolder(files, images: ["Flicker8k_Dataset/1.jpg"]) { folder in
      let splits = try DataSpec("flickr8k:\(folder.path)").load()
      #expect(try captions(splits.train) == [["A dog .", "Dogs"]])
      #expect(try captions(splits.validation) == [["A cat"]])
      #expect(try captions(splits.test) == [["A bird"]])
      #expect(try splits.train[0].image.shape == [3, 8, 8])
    }
  }

  @Test(arguments: [
    ("captions.txt", "image,caption\n1.jpg,\"A dog, running\"\n1.jpg,Two \"\"dogs\"\"\n"),
    ("results.csv", "image_name| comment_number| comment\n1.jpg| 0| A dog, running\n1.jpg| 1| Two \"dogs\"\n"),
  ])
  func flickrTables(_ name: String, _ text: String) throws {
    try withFolder([name: text]) { folder in
      let splits = try FlickrCaptions.splits(folder)
      #expect(try captions(splits.train) == [["A dog, running", "Two \"dogs\""]])
    }
  }

  @Test func textBesideImages() throws {
    try withFolder(
      ["train/a.txt": "one\n\n two words \n", "val/b.txt": "three"],
      images: ["train/a.png", "train/x.png", "val/b.png"]
    ) {
      let splits = try DataSpec("captions:\($0.path)").load()
      #expect(try captions(splits.train) == [["one", "two words"]])
      #expect(try captions(splits.validation) == [["three"]])
    }
  }

  @Test func table() throws {
    let csv = "image,caption\na.png,\"one, and \"\"more\"\"\"\nsub/b.png,two\r\na.png,\"line\nbreak\"\n"
    try withFolder(["captions.csv": csv]) { folder in
      let read = try captions(CaptionFolder.load(folder))
      #expect(read == [["one, and \"more\"", "line break"], ["two"]])
    }
  }

  @Test func aStrayQuotationMarkSwallowsNothing() throws {
    let csv = "image,caption\na.png,a 5\" screen\nb.png, \"one, two\"\nc.png,\"\"\"so\"\" it was\"\nd.png,the \"end\"\n"
    try withFolder(["captions.csv": csv]) { folder in
      let read = try captions(CaptionFolder.load(folder))
      #expect(read == [["a 5\" screen"], ["one, two"], ["\"so\" it was"], ["the \"end\""]])
    }
  }

  @Test func aTableThatEndsInsideQuotationMarksIsAnError() throws {
    try withFolder(["captions.csv": "image,caption\na.png,one\nb.png,\"two\nc.png,three\nd.png,four\n"]) { folder in
      let error = #expect(throws: DatasetError.self) { try CaptionFolder.load(folder) }
      let message = error.map { "\($0)" } ?? ""
      #expect(message.contains("captions.csv") && message.contains("begin in row 3"), "\(message)")
    }
  }

  @Test(arguments: [
    ("captions.csv", "a.png,one,two"), ("captions.csv", "../../etc/passwd,one"), ("captions.csv", ""),
  ])
  func brokenTablesAreErrors(_ name: String, _ text: String) throws {
    try withFolder([name: text]) { folder in
      #expect(throws: DatasetError.self) { try CaptionFolder.load(folder) }
    }
  }

  @Test func brokenCOCOFilesNameTheField() throws {
    try withFolder(["annotations/captions_train2017.json": #"{"images": [{"id": 1}], "annotations": []}"#]) { folder in
      #expect {
        try COCOCaptions.splits(folder)
      } throws: {
        "\($0)".contains("file_name")
      }
    }
  }

  /// Seeded mutations of every text format: errors, or data, never a crash.
  @Test func damagedFilesAreErrors() throws {
    let texts = [
      "captions.csv": "image,caption\na.png,\"one, and \"\"more\"\"\"\nb.png,two\n",
      "Flickr8k.token.txt": "1.jpg#0\tA dog .\n2.jpg#0\tA cat\n",
      "dataset_flickr8k.json":
        #"{"images": [{"filename": "a", "split": "train", "sentences": [{"raw": "x"}]}]}"#,
    ]
    var random = RandomSource(seed: 4)
    for (name, text) in texts {
      for _ in 0..<60 {
        var bytes = Array(text.utf8)
        for _ in 0..<random.integer(in: 1..<5) {
          bytes[random.integer(in: 0..<bytes.count)] = UInt8(truncatingIfNeeded: random.next())
        }
        try withFolder([:]) { folder in
          try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
          let length = random.integer(in: 1..<(bytes.count + 1))
          try Data(bytes.prefix(length)).write(to: folder.appendingPathComponent(name))
          do { _ = name == "captions.csv" ? try CaptionFolder.splits(folder) : try FlickrCaptions.splits(folder) } catch
          {
            #expect(error is DatasetError, "\(error)")
          }
        }
      }
    }
  }

  @Test func tokensAreDrawnAndPadded() throws {
    let tokenizer = ByteLevelBPE.train(on: ["ab abc"], vocabularySize: 300, specialTokens: ["<s>", "</s>"])
    var sample = Sample(image: Tensor.zeros([3, 4, 4]))
    sample.captions = ["ab", "ab abc ab"]
    let first = CaptionTokens(tokenizer, start: 0, end: 1, draws: false)
    let drawn = CaptionTokens(tokenizer, start: 0, end: 1, longest: 4, draws: true)
    var random = RandomSource(seed: 0)
    let tokens = (0..<20).map { _ in try? drawn(sample, using: &random).tokens?.array(Int.self) }
    #expect(Set(tokens.map { $0?.count }) == [3, 4])
    let batch = try Batch(collating: [try first(sample), try drawn(sample)])
    let rows = try #require(batch.tokens)
    #expect(rows.dtype == .int64 && rows.shape[0] == 2)
    #expect(rows[0].array(Int.self).prefix(3).last == 1)
    if rows.shape[1] == 4 { #expect(rows[0, 3].item(Int.self) == Batch.padding) }
    #expect(batch.captions == [["ab", "ab abc ab"], ["ab", "ab abc ab"]])
    sample.captions = nil
    #expect(throws: TransformError.self) { try first(sample) }
  }
}

/// The generated set: always alike, and its sentences true.
@Suite struct ScenesTests {
  @Test func aSeedGivesTheSameScenes() throws {
    let (a, b) = (Scenes(count: 5, seed: 3), Scenes(count: 5, seed: 3))
    for index in 0..<5 {
      let (one, same) = (try a[index], try b[index])
      #expect(one.image.isEqual(to: same.image))
      #expect(one.captions == same.captions)
      #expect(one.captions == a.captions(at: index))
    }
    let image = try a[0].image
    let others = [try Scenes(count: 5, seed: 4)[0].image, try Scenes(count: 5, split: .test, seed: 3)[0].image]
    #expect(others.allSatisfy { !$0.isEqual(to: image) })
  }

  @Test func sentences() {
    let red = Scene.Group(count: 1, paint: .red, shape: .circle)
    let blue = Scene.Group(count: 3, paint: .blue, shape: .cross)
    #expect(Scene(red).captions == ["a red circle", "there is a red circle"])
    #expect(
      Scene(blue, .left, red).captions == [
        "three blue crosses to the left of a red circle", "there are three blue crosses to the left of a red circle",
        "a red circle to the right of three blue crosses",
      ])
  }

  /// The colour that a sentence puts above is above in the pixels, and so on for each relation.
  @Test(arguments: Scene.Relation.allCases) func relationsAreTrueOfPixels(_ relation: Scene.Relation) {
    let red = Scene.Group(count: 2, paint: .red, shape: .square)
    let green = Scene.Group(count: 1, paint: .green, shape: .circle)
    var random = RandomSource(seed: 1)
    for _ in 0..<5 {
      let image = Scene(red, relation, green).image(size: 64, using: &random).to(.float32)
      func centre(_ channel: Int, over other: Int) -> (row: Double, column: Double) {
        let places = ((image[channel] - image[other]) .> 70).nonzero().to(.float32).mean(dim: 0).array(Double.self)
        return (places[0], places[1])
      }
      let (first, second) = (centre(0, over: 1), centre(1, over: 0))
      switch relation {
      case .above: #expect(first.row < second.row)
      case .below: #expect(first.row > second.row)
      case .left: #expect(first.column < second.column)
      case .right: #expect(first.column > second.column)
      }
    }
  }

  @Test func specs() throws {
    let splits = try DataSpec("scenes:40").load(seed: 2)
    #expect(splits.train.count == 40 && splits.validation?.count == 4 && splits.test?.count == 4)
    #expect(throws: DatasetError.self) { try DataSpec("scenes:many").load() }
    #expect(throws: DatasetError.self) { try DataSpec("scenes:0").load() }
  }
}
