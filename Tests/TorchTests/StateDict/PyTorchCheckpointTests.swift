import Foundation
import Testing
import Torch

@Suite struct PyTorchCheckpointTests {
  @Test(arguments: ["zip.pth", "protocol5.pth", "legacy.pth", "legacy-protocol4.pth", "rezipped.pth", "zip64.pth"])
  func readsEveryFormat(file: String) throws {
    let weights = try StateDict(contentsOf: StateDictFixtures.url(file))
    try ExpectedTensor.check(weights, against: "zip.pth")
    #expect(weights.keys.suffix(2) == ["offset_int", "parameter"])
    let transposed = try #require(weights["shared.transposed"])
    #expect(transposed.strides == [1, 6])
    #expect(try #require(weights["channels_last"]).isContiguous(.channelsLast))
    #expect(try !#require(weights["parameter"]).requiresGrad)
  }

  @Test(arguments: ["zip.pth", "legacy.pth"])
  func tensorsShareTheirStorageAgain(file: String) throws {
    let url = try StateDictFixtures.url(file)
    let before = try Data(contentsOf: url)
    let weights = try StateDict(contentsOf: url)
    try #require(weights["shared.part"]).fill_(-1)
    #expect(try #require(weights["shared.whole"])[5..<8].array(Float.self) == [5, -1, -1])
    #expect(try #require(weights["shared.transposed"])[0].array(Float.self) == [0, -1, 12, 18])
    #expect(try Data(contentsOf: url) == before)
  }

  @Test func readsTensorsWithAttributes() throws {
    let weights = try StateDict(contentsOf: StateDictFixtures.url("attributed.pth"))
    try ExpectedTensor.check(weights, against: "attributed.pth")
  }

  @Test(arguments: ["checkpoint.pth", "checkpoint-legacy.pth"])
  func findsTheWeightsAmongMuchElse(file: String) throws {
    let checkpoint = try PyTorchCheckpoint(contentsOf: StateDictFixtures.url(file))
    try ExpectedTensor.check(checkpoint.stateDict, against: "checkpoint.pth")
    #expect(checkpoint.weightsKey == "state_dict")
    #expect(checkpoint.ignoredNames == [])

    let values = checkpoint.values
    #expect(values["epoch"] == .int(12))
    #expect(values["best_accuracy"] == .float(0.75))
    #expect(values["numpy_count"] == .int(-7))
    #expect(values["classes"] == .list([.string("cat"), .string("dog"), .string("größe")]))
    #expect(values["digest"] == .bytes([0, 255]))
    #expect(values["nothing"] == .bytes([]))
    #expect(values["seed"] == .other("an integer of 9 bytes"))
    #expect(values["large"] == .int(-(1 << 40)))
    #expect(values["device"] == .other("torch.device"))
    #expect(values["shape"] == .list([.int(1), .int(2)]))
    #expect(values["tags"] == .list([.string("only")]))
    #expect(values["best_loss"] == nil && values["state_dict"] == nil)
    let settings: [String: CheckpointValue] = [
      "lr": .float(0.1), "amp": .bool(false), "warmup": .none, "size": .list([.int(224), .int(224)]),
      "3": .string("three"),
    ]
    #expect(values["settings"] == .dictionary(settings))
    guard case .dictionary(let optimizer)? = values["optimizer"], case .dictionary(let state)? = optimizer["state"]
    else {
      Issue.record("the optimizer's state is not a dictionary")
      return
    }
    #expect(state["0"] == .dictionary(["momentum_buffer": .other("a tensor")]))
  }

  @Test func joinsTheNamesOfNestedDictionaries() throws {
    let checkpoint = try PyTorchCheckpoint(contentsOf: StateDictFixtures.url("nested.pth"))
    try ExpectedTensor.check(checkpoint.stateDict, against: "nested.pth")
    #expect(checkpoint.stateDict.keys == ["encoder.weight", "decoder.out.bias"])
    #expect(checkpoint.ignoredNames == ["decoder.kind"])
    #expect(checkpoint.weightsKey == nil)
  }

  /// A file that is refused, the kind of the error, and what the error must name.
  static let refused: [(String, StateDictError.Kind, String)] = [
    ("hostile.pth", .forbidden, "system"),
    ("module.pth", .forbidden, "torch.nn.modules.linear.Linear"),
    ("list.pth", .unsupported, "not a dictionary"),
    ("torchscript.pth", .unsupported, "TorchScript"),
    ("uint16.pth", .unsupported, "uint16"),
    ("complex.pth", .unsupported, "complex64"),
    ("uint16.safetensors", .unsupported, "U16"),
    ("compressed.pth", .unsupported, "compressed (method 8)"),
    ("big-endian.pth", .unsupported, "'big'"),
    ("overlapping.pth", .malformed, "overlaps others"),
    ("expected.json", .unrecognized, "neither"),
    ("absent.pth", .unreadable, "absent.pth"),
  ]

  @Test(arguments: refused)
  func refusesWithTheReason(file: String, kind: StateDictError.Kind, text: String) throws {
    let url = try StateDictFixtures.url(file)
    let error = try #require(throws: StateDictError.self) { try StateDict(contentsOf: url) }
    #expect(error.kind == kind, "\(error)")
    #expect(error.description.contains(text), "\(error)")
    #expect(error.file == url.path)
    #expect(!error.fix.isEmpty)
    if text.hasPrefix("uint16") || text == "complex64" { #expect(error.entry == "foreign") }
  }

  @Test func saysWhatAFileLooksLike() throws {
    #expect(
      try StateDictFixtures.failure(Array("version https://git-lfs.github.com/spec/v1\n".utf8)).fix.contains("lfs"))
    #expect(try StateDictFixtures.failure(Array("<!DOCTYPE html>".utf8)).problem.contains("web page"))
    #expect(try StateDictFixtures.failure([]).kind == .unreadable)
    #expect(throws: StateDictError.self) { try StateDict(contentsOf: URL(filePath: "/")) }
    #expect(throws: StateDictError.self) { try StateDict(contentsOf: URL(filePath: "/dev/zero")) }
    let safetensors = try StateDictFixtures.url("reference.safetensors")
    let error = try #require(throws: StateDictError.self) { try PyTorchCheckpoint(contentsOf: safetensors) }
    #expect(error.fix.contains("StateDict(contentsOf:)"))
  }
}
