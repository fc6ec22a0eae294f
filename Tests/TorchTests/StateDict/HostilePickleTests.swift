import Foundation
import Testing

@testable import Torch

@Suite struct HostilePickleTests {
  @Test func theHandMadeFileIsSound() throws {
    let weights = try StateDictFixtures.read(PickleWriter.oneTensor(shape: [2, 2], strides: [1, 2]))
    #expect(try #require(weights["w"]).array(Float.self) == [0, 2, 1, 3])
  }

  @Test func viewsMustStayInTheirStorage() throws {
    let lies: [(shape: [Int], strides: [Int], offset: Int)] = [
      ([5], [1], 0), ([2], [4], 0), ([4], [1], 1), ([2, 2], [2, 2], 0), ([1], [1], -1), ([2], [-1], 3),
      ([1], [1], .max),
      ([2], [.max], 1), ([3], [.max], 0), ([.max, .max], [0, 0], 0), ([-1], [1], 0), ([2], [1, 1], 0),
      ([2, 1], [1], 0),
      ([], [], 4), ([.max], [1], 0),
    ]
    for lie in lies {
      let file = PickleWriter.oneTensor(shape: lie.shape, strides: lie.strides, offset: lie.offset)
      let error = try StateDictFixtures.failure(file)
      #expect(error.kind == .malformed && error.entry == "w", "\(lie): \(error)")
    }
    #expect(try StateDictFixtures.failure(PickleWriter.oneTensor(shape: [1 << 40], strides: [0])).kind == .excessive)
    let rank = [Int](repeating: 1, count: 65)
    #expect(try StateDictFixtures.failure(PickleWriter.oneTensor(shape: rank, strides: rank)).kind == .malformed)
  }

  @Test func storagesMustHoldWhatTheyClaim() throws {
    let lies = [
      PickleWriter.oneTensor(shape: [4], strides: [1], elementCount: 5),
      PickleWriter.oneTensor(shape: [4], strides: [1], elementCount: -4),
      PickleWriter.oneTensor(shape: [4], strides: [1], elementCount: .max),
      PickleWriter.oneTensor(shape: [4], strides: [1], storedCount: 5),
      PickleWriter.oneTensor(shape: [4], strides: [1], storedCount: -1),
      PickleWriter.oneTensor(shape: [4], strides: [1], storedCount: .max),
      PickleWriter.oneTensor(shape: [4], strides: [1], storedBytes: 15),
      PickleWriter.oneTensor(shape: [3], strides: [1], storedCount: 2),
      PickleWriter.oneTensor(shape: [16], strides: [1], elementCount: 16, type: "BoolStorage", storedCount: 16),
    ]
    for (index, lie) in lies.enumerated() {
      #expect(try StateDictFixtures.failure(lie).kind == .malformed, "lie \(index)")
    }
    let absent = PickleWriter.object { writer in
      writer.raw("}")
      writer.text("w")
      writer.tensor(shape: [1], strides: [1], elementCount: 1, key: "7")
      writer.raw("s")
    }
    #expect(try StateDictFixtures.failure(absent).problem.contains("'7'"))
  }

  @Test(arguments: [
    "os.system", "posix.system", "builtins.eval", "__builtin__.getattr", "torch.load", "torch.hub.load", "nt.system",
    "torch.storage._load_from_bytes", "subprocess.Popen", "torch._utils", "collections.OrderedDict.update",
  ])
  func namesUnknownGlobals(name: String) throws {
    let dot = try #require(name.lastIndex(of: "."))
    let (module, function) = (String(name[..<dot]), String(name[name.index(after: dot)...]))
    let classic = PickleWriter.object { $0.raw("c\(module)\n\(function)\n)R") }
    let stacked = PickleWriter.object { writer in
      writer.text(module)
      writer.text(function)
      writer.raw([0x93])
      writer.raw(")R")
    }
    for file in [classic, stacked] {
      let error = try StateDictFixtures.failure(file)
      #expect(error.kind == .forbidden)
      #expect(error.entry == name)
    }
  }

  /// Instructions that make no sense, by what they do.
  static let nonsense: [String: String] = [
    "nothing": "", "pop of nothing": "0", "top of nothing": "2", "mark never opened": "e", "pop below the mark": "}(0",
    "append to a dictionary": "}Na", "item of a list": "]NNs", "odd items": "}(Nu", "recall of nothing": "h\u{1}",
    "call of a number": "K\u{1})R", "call of a class": "ctorch\nFloatStorage\n)R",
    "arguments missing": "ccollections\nOrderedDict\nR",
    "no tuple": "ccollections\nOrderedDict\nNR", "tensor of nothing": "ctorch._utils\n_rebuild_tensor_v2\n)R",
    "parameter of nothing": "ctorch._utils\n_rebuild_parameter\n)R", "storage of nothing": ")Q", "unknown": "?",
    "unended line": "ctorch", "pairs that are none": "ccollections\nOrderedDict\n(](NetR",
    "scalar": "cnumpy.core.multiarray\nscalar\n)R",
    "text protocol": "I1\n",
  ]

  @Test(arguments: nonsense.keys.sorted())
  func rejectsNonsense(name: String) throws {
    let instructions = try #require(Self.nonsense[name])
    #expect(try StateDictFixtures.failure(PickleWriter.object { $0.raw(instructions) }).kind == .malformed)
  }

  @Test func survivesDeepNesting() throws {
    let tuples = PickleWriter.object { writer in
      writer.raw(")")
      writer.raw([UInt8](repeating: 0x85, count: 200_000))
    }
    #expect(try StateDictFixtures.failure(tuples).kind == .unsupported)
    let dictionaries = PickleWriter.object { writer in
      writer.raw(String(repeating: "}K\u{1}", count: 500) + "N" + String(repeating: "s", count: 500))
    }
    #expect(try StateDictFixtures.failure(dictionaries).kind == .excessive)
    let beside = PickleWriter.object { writer in
      writer.raw("}K\u{1})")
      writer.raw([UInt8](repeating: 0x85, count: 500))
      writer.raw("s")
    }
    #expect(try StateDictFixtures.failure(beside).kind == .excessive)
  }

  @Test func survivesValuesInsideThemselves() throws {
    let dictionary = PickleWriter.object { $0.raw("}q\u{1}K\u{1}h\u{1}s") }
    #expect(try StateDictFixtures.failure(dictionary).kind == .excessive)
    let list = PickleWriter.object { $0.raw("}K\u{1}]q\u{1}h\u{1}as") }
    #expect(try StateDictFixtures.failure(list).kind == .excessive)
  }

  @Test func survivesValuesThatRepeatWithoutEnd() throws {
    // Thirty dictionaries, each with the one before it twice: two to the thirtieth entries.
    let dictionaries = PickleWriter.object { writer in
      writer.raw("}q\u{0}0")
      for number in UInt8(1)...30 {
        writer.raw("}(K\u{1}")
        writer.raw([UInt8(ascii: "h"), number - 1])
        writer.raw("K\u{2}")
        writer.raw([UInt8(ascii: "h"), number - 1])
        writer.raw("u")
        writer.raw([UInt8(ascii: "q"), number])
        writer.raw("0")
      }
      writer.raw("h\u{1e}")
    }
    #expect(try StateDictFixtures.failure(dictionaries).kind == .excessive)
    // One list of pairs made into a dictionary again and again: 2,000 times 10,000 copies.
    let copies = PickleWriter.object { writer in
      writer.raw("](")
      for _ in 0..<10_000 { writer.raw([0x4e, 0x4e, 0x86]) }
      writer.raw("eq\u{1}0")
      for _ in 0..<2_000 { writer.raw("ccollections\nOrderedDict\n(h\u{1}tR0") }
      writer.raw("N")
    }
    #expect(try StateDictFixtures.failure(copies).kind == .excessive)
    // Fifty dictionaries inside each other under names of 10,000 letters, and 5,000 values in the innermost.
    let names = PickleWriter.object { writer in
      for _ in 0..<50 {
        writer.raw("}")
        writer.text(String(repeating: "n", count: 10_000))
      }
      writer.raw("}(")
      for number in 0..<5_000 {
        writer.int(number)
        writer.raw("N")
      }
      writer.raw("u" + String(repeating: "s", count: 50))
    }
    #expect(try StateDictFixtures.failure(names).kind == .excessive)
  }

  @Test func twoTensorsOfOneNameAreAnError() throws {
    var writer = PickleWriter()
    writer.raw("}")
    for _ in 0..<2 {
      writer.text("w")
      writer.tensor(shape: [1], strides: [1], elementCount: 1)
      writer.raw("s")
    }
    writer.storages = [("0", 1, [0, 0, 0, 0])]
    #expect(try StateDictFixtures.failure(writer.file).problem.contains("two tensors"))
  }

  @Test func readsTheTextOfPython2() throws {
    let file = PickleWriter.object { writer in
      writer.raw("}(U\u{1}aK\u{1}U\u{1}")
      writer.raw([0xe9])
      writer.raw("K\u{2}U\u{1}")
      writer.raw("cU\u{1}")
      writer.raw([0xe8])
      writer.raw("u")
    }
    let values = try StateDictFixtures.withFolder { folder in
      let url = folder.appending(path: "python2.pth")
      try Data(file).write(to: url)
      return try PyTorchCheckpoint(contentsOf: url).values
    }
    #expect(values == ["a": .int(1), "é": .int(2), "c": .string("è")])
  }
}
