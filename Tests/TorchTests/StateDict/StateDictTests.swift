import Testing
import Torch

@Suite struct StateDictTests {
  private let ones = Tensor.ones([2])
  private let zeros = Tensor.zeros([3])

  @Test func keepsTheOrderOfItsNames() {
    var weights: StateDict = ["b": ones, "a": zeros]
    weights["c"] = ones
    #expect(weights.keys == ["b", "a", "c"])
    #expect(weights.map(\.key) == weights.keys)
    #expect(weights[1].key == "a" && weights[1].value.shape == [3])
  }

  @Test func replacesInPlaceAndRemoves() throws {
    var weights: StateDict = ["b": ones, "a": zeros]
    weights["b"] = Tensor.zeros([7])
    #expect(weights.keys == ["b", "a"])
    #expect(try #require(weights["b"]).shape == [7])
    weights["b"] = nil
    weights["nowhere"] = nil
    #expect(weights.keys == ["a"])
    #expect(weights["b"] == nil)
    #expect(weights.count == 1)
  }

  @Test func renames() {
    var weights: StateDict = ["module.b": ones, "head": zeros, "module.a": zeros]
    weights.metadata = ["format": "pt"]
    let renamed = weights.mapKeys { $0 == "head" ? nil : String($0.dropFirst("module.".count)) }
    #expect(renamed.keys == ["b", "a"])
    #expect(renamed.metadata == ["format": "pt"])
  }

  @Test func listsItsTensors() {
    let weights: StateDict = ["fc.weight": Tensor.zeros([2, 3]), "fc.bias": Tensor.zeros([2], dtype: .bfloat16)]
    #expect(weights.description == "fc.weight  [2, 3]  float32\nfc.bias    [2]     bfloat16")
  }
}
