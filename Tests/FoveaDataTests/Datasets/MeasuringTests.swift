import Foundation
import Testing
import Torch

@testable import FoveaData

@Suite("Statistics and inspection")
struct MeasuringTests {
  private let images = Tensor([UInt8]([0, 255, 51, 102, 10, 20, 30, 40]), shape: [2, 2, 1, 2])

  @Test("Mean and deviation of each channel, whole or sample by sample", arguments: [1, 3])
  func statistics(threads: Int) throws {
    let set = TensorDataset(images: images)
    // Channel 0 has 0, 255, 10, 20; channel 1 has 51, 102, 30, 40.
    for dataset in [set, OneByOne(base: set)] as [any Dataset] {
      let found = try ChannelStatistics(of: dataset, threads: threads)
      #expect(zip(found.mean, [71.25 / 255, 55.75 / 255]).allSatisfy { abs($0 - $1) < 1e-12 })
      let deviations = [106.32350398665386, 27.716195626384224].map { $0 / 255 }
      #expect(zip(found.standardDeviation, deviations).allSatisfy { abs($0 - $1) < 1e-12 })
    }
    let first = try ChannelStatistics(of: set, limit: 1)
    #expect(first.mean == [0.5, 0.3])
  }

  @Test("Floating-point images count from 0 to 1 already")
  func floating() throws {
    let found = try ChannelStatistics(of: OneByOne(base: TensorDataset(images: images.to(.float64) / 255)))
    #expect(abs(found.mean[0] - 71.25 / 255) < 1e-12)
  }

  @Test("Nothing to measure, and channels that differ, are errors")
  func errors() {
    #expect(throws: DatasetError.self) { try ChannelStatistics(of: NumberSet(count: 0)) }
    #expect(throws: DatasetError.self) { try ChannelStatistics(of: MixedSet()) }
  }

  @Test("What cannot be read stops the measuring, or is left out of it")
  func broken() throws {
    let set = MixedSet()
    let greys = set.subset([0, 4, 5])
    #expect(throws: Unreadable.self) { try ChannelStatistics(of: greys) }
    let found = try ChannelStatistics(of: greys, onBrokenSample: .skip)
    #expect(abs(found.mean[0] - 0.5 / 255) < 1e-12, "levels 0 and 1")
    #expect(throws: DatasetError.self) { try ChannelStatistics(of: set.subset([4]), onBrokenSample: .skip) }
  }

  @Test("An inspection counts classes and sizes, finds what is broken and what is twice")
  func inspection() throws {
    let found = try Inspection(of: MixedSet(), threads: 3)
    #expect(found.count == 6)
    #expect(found.classes.map(\.count) == [3, 2, 0] && found.classes.map(\.name) == ["a", "b", "never"])
    #expect(found.unlabelled == 1)
    #expect(
      found.sizes.map { [$0.width, $0.height, $0.channels, $0.count] } == [[5, 4, 1, 4], [5, 4, 3, 1]])
    #expect(found.broken.map(\.index) == [4] && found.broken[0].reason.contains("pictures/4.jpg"))
    #expect(found.duplicates.map(\.names) == [["0", "1", "3"]])
    #expect(found.duplicates[0].disagree)
    for line in ["6 images, 3 classes", "4  5 x 4 x 1", "pictures/4.jpg is broken", "0 = 1 = 3  (different labels)"] {
      #expect(found.description.contains(line), "\(line)")
    }
    let copy = try JSONDecoder().decode(Inspection.self, from: JSONEncoder().encode(found))
    #expect(copy == found)
  }
}

/// Gives samples only one by one.
private struct OneByOne: Dataset {
  let base: TensorDataset
  var count: Int { base.count }
  var classNames: [String] { [] }
  var split: Split { .train }
  func label(at index: Int) -> Int? { nil }
  subscript(index: Int) -> Sample { get throws { try base[index] } }
}

/// Six samples: 0, 1 and 3 are equal, 2 is in colour, 4 is broken, 5 differs.
private struct MixedSet: Dataset {
  let count = 6
  let classNames = ["a", "b", "never"]
  let split = Split.train
  func label(at index: Int) -> Int? { [0, 0, 0, 1, 1, nil][index] }
  subscript(index: Int) -> Sample {
    get throws {
      if index == 4 { throw Unreadable(index: 4) }
      let level = index == 5 ? 1 : 0
      return Sample(
        image: Tensor.full([index == 2 ? 3 : 1, 4, 5], .int(level), dtype: .uint8), label: label(at: index),
        index: index, name: "\(index)")
    }
  }
}
