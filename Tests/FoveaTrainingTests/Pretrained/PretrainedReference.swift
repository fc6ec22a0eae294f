import Foundation
import FoveaData
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

/// A folder that transformers saved, and what its model answers there: see Tests/Reference/pretrained.py.
struct PretrainedReference: Decodable {
  let size: Int
  let logits: [[Float]]
  /// The first elements of some gradients, by our names.
  let gradients: [String: [Float]]

  static func folder(_ name: String) -> URL {
    Bundle.module.bundleURL.appendingPathComponent("Fixtures/Pretrained/\(name)")
  }

  init(_ name: String) throws {
    let file = Self.folder(name).appendingPathComponent("expected.json")
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  /// The script's input, `[2, 3, size, size]`.
  var pixels: Tensor {
    let values = (0..<2 * 3 * size * size).map { Float(sin(Double($0) * 0.37 + sin(Double($0) * 0.011) * 3)) }
    return Tensor(values, shape: [2, 3, size, size])
  }

  /// The weighted sum of logits whose gradients are compared.
  static func loss(_ logits: Tensor) -> Tensor {
    (logits * Tensor((0..<logits.count).map { cos(Float($0)) }, shape: [logits.shape[0], logits.shape[1]])).sum()
  }
}

/// A copy of a saved folder, to be changed.
final class FolderCopy {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-pretrained-\(UUID().uuidString)")

  convenience init(of name: String) throws { try self.init(ofFolder: PretrainedReference.folder(name)) }

  init(ofFolder folder: URL) throws { try FileManager.default.copyItem(at: folder, to: url) }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Changes fields of `config.json`; nil removes one.
  func configure(_ changes: [String: JSONValue?]) throws {
    let file = url.appendingPathComponent("config.json")
    var fields = try JSONFields(contentsOf: file).values
    for (key, value) in changes { fields[key] = value }
    try JSONEncoder().encode(fields).write(to: file)
  }
}
