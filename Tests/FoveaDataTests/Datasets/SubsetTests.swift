import Testing
import Torch

@testable import FoveaData

@Suite("Parts and labels of sets")
struct SubsetTests {
  @Test("A subset numbers its samples anew")
  func subset() throws {
    let set = NumberSet(count: 10).subset([7, 2, 2], split: .test)
    #expect(set.count == 3 && set.split == .test && set.labels == [1, 0, 0])
    #expect(try set[0].image.array(Int.self)[0] == 7)
    #expect(try (0..<3).map { try set[$0].index } == [0, 1, 2])
    #expect(!(set is any BatchedDataset))
    let memory = TensorDataset(images: Tensor.arange(6).reshape([6, 1, 1, 1]).to(.uint8))
    let part = try #require(memory.subset([5, 3, 1]) as? any BatchedDataset)
    let batch = try part.batch(at: [2, 0])
    #expect(batch.indices == [2, 0] && batch.images.array(Int.self) == [1, 5])
    #expect(batch.labels == nil)
  }

  @Test("Holding out divides every class alike, always the same way for a seed", arguments: [0.0, 0.1, 0.25, 0.5, 1.0])
  func holdsOut(fraction: Double) throws {
    let set = NumberSet(count: 1000, classNames: ["a", "b", "c", "d", "e"])
    let (rest, held) = set.holdingOut(fraction, seed: 4)
    #expect(held.count == Int(1000 * fraction) && rest.count + held.count == 1000)
    for label in 0..<5 { #expect(held.labels?.count { $0 == label } == Int(200 * fraction)) }
    func values(_ set: any Dataset) throws -> [Int] { try (0..<set.count).map { try set[$0].image.array(Int.self)[0] } }
    let (all, kept) = (try values(rest) + values(held), try values(held))
    #expect(all.sorted() == Array(0..<1000))
    #expect(kept == kept.sorted(), "the order of the set is kept")
    #expect(try values(set.holdingOut(fraction, seed: 4).heldOut) == kept)
    if (0.05...0.95).contains(fraction) { #expect(try values(set.holdingOut(fraction, seed: 5).heldOut) != kept) }
  }

  @Test("Many small classes give as many samples as asked for, of different classes")
  func smallClasses() {
    let names = (0..<100).map { "\($0)" }
    let (_, held) = NumberSet(count: 300, classNames: names).holdingOut(0.1, seed: 2)
    #expect(held.count == 30)
    #expect(Set(held.labels ?? []).count == 30)
  }

  @Test("Labels follow another list of classes")
  func relabelled() throws {
    let set = try NumberSet(count: 4, classNames: ["cat", "dog"]).relabelled(to: ["ant", "dog", "cat"])
    #expect(set.labels == [2, 1, 2, 1] && set.classNames == ["ant", "dog", "cat"])
    #expect(try set[0].label == 2)
    #expect(throws: LabelError.unknown("dog", nearest: "dogs")) {
      try NumberSet(count: 4, classNames: ["cat", "dog"]).relabelled(to: ["cat", "dogs"])
    }
  }

  @Test("A map knows names and numbers")
  func map() throws {
    let map = try LabelMap(["cat", "dog"])
    #expect(try map.label(of: "dog") == 1)
    #expect(throws: LabelError.unknown("dgo", nearest: "dog")) { try map.label(of: "dgo") }
    #expect(throws: LabelError.unknown("zebra", nearest: nil)) { try map.label(of: "zebra") }
    #expect(throws: LabelError.repeated("a")) { try LabelMap(["a", "b", "a"]) }
  }

  @Test("The nearest name is the one that was meant, or none")
  func nearest() {
    let names = ["learning_rate", "batch_size", "epochs"]
    #expect(nearestName(to: "lerning-rate", in: names) == "learning_rate")
    #expect(nearestName(to: "BatchSize", in: names) == "batch_size")
    #expect(nearestName(to: "epoch", in: names) == "epochs")
    #expect(nearestName(to: "momentum", in: names) == nil)
    #expect(nearestName(to: "x", in: []) == nil)
  }
}
