import Foundation
import Testing

@testable import Torch

@Suite struct SafetensorsTests {
  @Test func readsWhatPythonWrote() throws {
    let weights = try StateDict(contentsOf: StateDictFixtures.url("reference.safetensors"))
    try ExpectedTensor.check(weights, against: "reference.safetensors")
    #expect(weights.metadata == ["größe \"\\": "tab\tand \u{1} \u{1F600}"])
    #expect(weights.keys.prefix(3) == ["typed.int64", "typed.float64", "empty"])
  }

  @Test func writesTheBytesThatPythonWrites() throws {
    let reference = try StateDictFixtures.url("reference.safetensors")
    try StateDictFixtures.withFolder { folder in
      let copy = folder.appending(path: "copy.safetensors")
      try StateDict(contentsOf: reference).write(to: copy)
      #expect(try Data(contentsOf: copy) == Data(contentsOf: reference))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["copy.safetensors"])
    }
  }

  @Test func keepsOrderMetadataAndValuesOfAnyLayout() throws {
    let grid = Tensor((0..<12).map(Float.init), shape: [3, 4])
    var weights: StateDict = [
      "flags": Tensor([true, false, true]), "transposed": grid.transpose(0, 1), "a \"name\"\n\u{1F600}": grid[1],
      "empty": Tensor.zeros([0, 2]), "count": Tensor(Int64(3)),
    ]
    weights.metadata = ["b": "2", "a": "1\u{7}"]
    try StateDictFixtures.withFolder { folder in
      let url = folder.appending(path: "weights")
      try weights.write(to: url)
      let read = try StateDict(contentsOf: url)
      #expect(read.keys == weights.keys)
      #expect(read.metadata == weights.metadata)
      for (name, tensor) in weights {
        let other = try #require(read[name])
        #expect(other.dtype == tensor.dtype && other.shape == tensor.shape)
        #expect(other.array(Double.self) == tensor.array(Double.self))
      }
      let first = try Data(contentsOf: url)
      try weights.write(to: url)
      #expect(try Data(contentsOf: url) == first)
      #expect((8 + first.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }).isMultiple(of: 8))
    }
  }

  @Test func writingToATensorLeavesTheFileAlone() throws {
    try StateDictFixtures.withFolder { folder in
      let url = folder.appending(path: "weights")
      let original: StateDict = ["x": Tensor([1, 2, 3] as [Float])]
      try original.write(to: url)
      let before = try Data(contentsOf: url)
      let weights = try StateDict(contentsOf: url)
      let tensor = try #require(weights["x"])
      tensor.add_(10)
      #expect(tensor.array(Float.self) == [11, 12, 13])
      #expect(try Data(contentsOf: url) == before)
      // Nor does a new file under the name change what was read.
      try StateDict().write(to: url)
      #expect(tensor.array(Float.self) == [11, 12, 13])
      #expect(try StateDict(contentsOf: url).isEmpty)
    }
  }

  #if os(Linux)
    @Test func theMappingLastsAsLongAsItsTensors() throws {
      try StateDictFixtures.withFolder { folder in
        let url = folder.appending(path: "mapped")
        let original: StateDict = ["x": Tensor.ones([4]), "y": Tensor.ones([4])]
        try original.write(to: url)
        func isMapped() throws -> Bool {
          let maps = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/maps"))
          return String(decoding: try maps.readToEnd() ?? Data(), as: UTF8.self).contains(url.path)
        }
        var tensor = try StateDict(contentsOf: url)["y"]
        #expect(try isMapped())
        #expect(tensor?.array(Float.self) == [1, 1, 1, 1])
        tensor = nil
        #expect(try !isMapped())
      }
    }
  #endif

  @Test func readsTensorsAtOddPlaces() throws {
    let header =
      #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"I32","shape":[1],"data_offsets":[1,5]}}"#
    let weights = try StateDictFixtures.read(Self.file(header, data: [9, 1, 2, 0, 0]))
    #expect(try #require(weights["b"]).item(Int32.self) == 0x201)
    #expect(try #require(weights["a"]).item(UInt8.self) == 9)
  }

  @Test func aFailedWriteLeavesTheOldFileAndNoOther() throws {
    try StateDictFixtures.withFolder { folder in
      let url = folder.appending(path: "weights")
      try Data("old".utf8).write(to: url)
      let bad: StateDict = ["__metadata__": Tensor.ones([1])]
      #expect(throws: StateDictError.self) { try bad.write(to: url) }
      #expect(try Data(contentsOf: url) == Data("old".utf8))
      // A folder stands where the file should go: the rename fails after everything was written.
      let taken = folder.appending(path: "taken")
      try FileManager.default.createDirectory(at: taken, withIntermediateDirectories: true)
      let good: StateDict = ["x": Tensor.ones([1])]
      let error = try #require(throws: StateDictError.self) { try good.write(to: taken) }
      #expect(error.kind == .unwritable && error.file == taken.path)
      #expect(throws: StateDictError.self) { try good.write(to: folder.appending(path: "nowhere/weights")) }
      #expect(try Set(FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["weights", "taken"])
    }
  }

  /// A header that lies, what kind of error it gives, and a part of the error's text.
  static let lies: [(String, StateDictError.Kind, String)] = [
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, .malformed, "no '}'"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}x"#, .malformed, "more text"),
    (
      #"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[],"data_offsets":[8,8]}}"#,
      .malformed, "twice"
    ),
    (#"{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, .malformed, "'-2'"),
    (#"{"w":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, .malformed, "'2.0'"),
    (#"{"w":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#, .malformed, "'02'"),
    (#"{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, .malformed, "12 bytes"),
    (#"{"w":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, .malformed, "99999999999999999999"),
    (#"{"w":{"dtype":"F32","shape":[4611686018427387904,2],"data_offsets":[0,8]}}"#, .malformed, "any memory"),
    (#"{"w":{"dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]}}"#, .malformed, "any memory"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, .malformed, "backwards"),
    (#"{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#, .malformed, "16 bytes"),
    (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, .malformed, "gap"),
    (#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, .malformed, "has 8"),
    (
      #"{"v":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      .malformed, "overlaps"
    ),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, .malformed, "data_offsets"),
    (#"{"w":{"dtype":"F32","shape":[2]}}"#, .malformed, "data_offsets"),
    (#"{"w":{"dtype":"F32","dtype":"I32","shape":[2],"data_offsets":[0,8]}}"#, .malformed, "'dtype'"),
    (#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}"#, .malformed, "'extra'"),
    (#"{"w":{"dtype":"U16","shape":[4],"data_offsets":[0,8]}}"#, .unsupported, "'U16'"),
    (#"{"w":{"dtype":"BOOL","shape":[8],"data_offsets":[0,8]}}"#, .malformed, "neither 0 nor 1"),
    (#"{"w":[]}"#, .malformed, "no '{'"),
    (#"{"__metadata__":{"a":1}}"#, .malformed, "no '\"'"),
    (#"{"__metadata__":{"a":"1","a":"2"}}"#, .malformed, "twice"),
    (#"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, .malformed, "surrogate"),
    (#"{"\x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, .malformed, "escape"),
    (#"{"w"#, .malformed, "does not end"),
    ("{\"w\u{1}\":{}}", .malformed, "control character"),
    (
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[\(Array(repeating: "1", count: 65).joined(separator: ","))],\"data_offsets\":[0,4]}}",
      .malformed, "65 dimensions"
    ),
  ]

  @Test(arguments: lies)
  func rejectsLies(header: String, kind: StateDictError.Kind, text: String) throws {
    let error = try StateDictFixtures.failure(Self.file(header, data: [0, 0, 0, 0, 0, 0, 0, 2]))
    #expect(error.kind == kind, "\(error)")
    #expect(error.description.contains(text), "\(error)")
    if kind == .unsupported { #expect(error.entry == "w") }
  }

  @Test func rejectsLyingLengths() throws {
    let header = #"{"w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    let sound = Self.file(header, data: [1])
    #expect(try StateDictFixtures.read(sound).count == 1)
    for length: UInt64 in [100_000_001, 1 << 63, .max] {
      #expect(try StateDictFixtures.failure(Self.file(header, data: [1], length: length)).kind != .unrecognized)
    }
    #expect(try StateDictFixtures.failure(Self.file(header, data: [1], length: 100_000_001)).kind == .excessive)
    for end in sound.indices {
      #expect(throws: StateDictError.self, "cut at \(end)") { try StateDictFixtures.read(Array(sound[..<end])) }
    }
  }

  /// A safetensors file with this header and data.
  static func file(_ header: String, data: [UInt8], length: UInt64? = nil) -> [UInt8] {
    let length = (length ?? UInt64(header.utf8.count)).littleEndian
    return withUnsafeBytes(of: length, Array.init) + Array(header.utf8) + data
  }
}
