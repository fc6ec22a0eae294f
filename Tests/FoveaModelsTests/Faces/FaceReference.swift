import Foundation

/// What Tests/Reference/faces.py wrote.
struct FaceReference: Decodable {
  struct Embedder: Decodable {
    let parameters: Int
    let keys: String
    let size: [Int]?
    let embedding: [Double]?
  }
  struct Net: Decodable {
    let parameters: Int
    let keys: String
    let size: [Int]
    let outputs: [[Double]]
  }
  struct Cascade: Decodable {
    let height, width: Int
    let thresholds: [Double]
    let boxes: [[Double]]
    let probabilities: [Double]
    let landmarks: [[Double]]
  }

  let embedders: [String: Embedder]
  let nets: [String: Net]
  let cascade: Cascade

  /// The fixture; without it there is nothing to test.
  static func load() -> FaceReference { fixture("faces.json", madeBy: "faces.py") }
}
