import Foundation
import Testing
import Torch

/// The files that Tests/Reference/statedict.py wrote, and places for files of the tests' own.
enum StateDictFixtures {
  /// A file of the fixtures.
  static func url(_ name: String) throws -> URL {
    try #require(Bundle.module.resourceURL).appending(path: "Fixtures/StateDict/\(name)")
  }

  /// Runs `body` with a folder of its own, which is gone afterwards.
  static func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "statedict-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  /// What ``StateDict/init(contentsOf:)`` makes of these bytes.
  static func read(_ bytes: [UInt8]) throws -> StateDict {
    try withFolder { folder in
      let url = folder.appending(path: "file")
      try Data(bytes).write(to: url)
      return try StateDict(contentsOf: url)
    }
  }

  /// The error of reading these bytes.
  static func failure(_ bytes: [UInt8]) throws -> StateDictError {
    try #require(throws: StateDictError.self) { _ = try read(bytes) }
  }
}

/// A tensor as Python saw it.
struct ExpectedTensor: Decodable {
  let dtype: String
  let shape: [Int]
  let values: [Double]

  /// The tensors of a fixture, by name.
  static func all(_ file: String) throws -> [String: ExpectedTensor] {
    let json = try Data(contentsOf: StateDictFixtures.url("expected.json"))
    return try #require(try JSONDecoder().decode([String: [String: ExpectedTensor]].self, from: json)[file])
  }

  /// Expects a state dict to hold just the tensors of a fixture.
  static func check(_ weights: StateDict, against file: String) throws {
    let expected = try all(file)
    #expect(Set(weights.keys) == Set(expected.keys))
    for (name, tensor) in weights {
      let wanted = try #require(expected[name])
      #expect("\(tensor.dtype)" == wanted.dtype, "\(name)")
      #expect(tensor.shape == wanted.shape, "\(name)")
      #expect(tensor.array(Double.self) == wanted.values, "\(name)")
    }
  }
}
