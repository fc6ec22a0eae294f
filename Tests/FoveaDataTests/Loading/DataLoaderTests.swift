import Foundation
import Synchronization
import Testing
import Torch

@testable import FoveaData

@Suite("DataLoader")
struct DataLoaderTests {
  private func all(_ batches: BatchIterator) throws -> [Batch] {
    var result: [Batch] = []
    while let batch = try batches.nextBatch() { result.append(batch) }
    return result
  }

  @Test("Batches have their samples in order, the last one what is left")
  func batches() throws {
    let loader = DataLoader(NumberSet(count: 10), batchSize: 4)
    let batches = try all(loader.makeIterator())
    #expect(loader.count == 3)
    #expect(batches.map(\.indices) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    #expect(batches.map(\.number) == [0, 1, 2])
    #expect(batches[1].values == [4, 5, 6, 7])
    #expect(batches[0].images.shape == [4, 1, 2, 2])
    #expect(batches[2].labels?.array(Int.self) == [0, 1])
    #expect(batches[2].labels?.dtype == .int64)
  }

  @Test("A last batch that is not full may be left out")
  func dropLast() throws {
    let loader = DataLoader(NumberSet(count: 10), batchSize: 4, dropLast: true)
    #expect(loader.count == 2)
    #expect(try all(loader.makeIterator()).map(\.count) == [4, 4])
  }

  @Test("An empty set has no batch")
  func empty() throws {
    #expect(try all(DataLoader(NumberSet(count: 0), batchSize: 4, shuffle: true).makeIterator()).isEmpty)
  }

  @Test("The number of threads changes no number", arguments: [1, 2, 3, 8])
  func threads(count: Int) throws {
    func values(_ threads: Int) throws -> [[Float]] {
      let loader = DataLoader(
        NumberSet(count: 57), batchSize: 5, shuffle: true, transform: Noise(), batchTransform: Gain(), seed: 3,
        threads: threads)
      return try (0..<3).flatMap { epoch in try all(loader.batches(epoch: epoch)).map(\.values) }
    }
    #expect(try values(count) == values(0))
  }

  @Test("Every epoch has an order and random choices of its own, and always the same ones")
  func epochs() throws {
    var loader = DataLoader(NumberSet(count: 40), batchSize: 40, shuffle: true, transform: Noise(), seed: 3)
    let first = try all(loader.batches(epoch: 0))[0]
    let second = try all(loader.batches(epoch: 1))[0]
    #expect(first.indices != second.indices)
    #expect(first.indices.sorted() == Array(0..<40))
    #expect(first.values.sorted() != second.values.sorted())
    loader.epoch = 1
    for batch in loader {
      #expect(batch.indices == second.indices)
      #expect(batch.values == second.values)
    }
    let other = DataLoader(NumberSet(count: 40), batchSize: 40, shuffle: true, transform: Noise(), seed: 4)
    #expect(try all(other.batches(epoch: 0))[0].indices != first.indices)
  }

  @Test("An epoch can be taken up at any batch")
  func resumes() throws {
    let loader = DataLoader(
      NumberSet(count: 30), batchSize: 4, shuffle: true, transform: Noise(), batchTransform: Gain(), seed: 9)
    let whole = try all(loader.batches(epoch: 2))
    for first in 0...8 {
      let rest = try all(loader.batches(epoch: 2, startingAt: first))
      #expect(rest.map(\.values) == whole.dropFirst(first).map(\.values))
      #expect(rest.map(\.number) == whole.dropFirst(first).map(\.number))
    }
  }

  @Test("A sample that comes twice in an epoch is not changed alike")
  func repeated() throws {
    struct Twice: Sampler {
      let count = 2
      func indices(epoch: Int) -> [Int] { [0, 0] }
    }
    let values = try all(
      DataLoader(NumberSet(count: 1), batchSize: 2, sampler: Twice(), transform: Noise()).makeIterator())[0].values
    #expect(values[0] != values[1])
  }

  @Test("A broken sample stops the run with its path, after the batches before it", arguments: [0, 1, 3])
  func broken(threads: Int) throws {
    let set = NumberSet(count: 12, onRead: { if $0 == 5 { throw Unreadable(index: 5) } })
    let batches = DataLoader(set, batchSize: 2, threads: threads).makeIterator()
    #expect(try batches.nextBatch()?.indices == [0, 1])
    #expect(try batches.nextBatch()?.indices == [2, 3])
    #expect(throws: Unreadable(index: 5)) { try batches.nextBatch() }
    #expect(try batches.nextBatch() == nil)
  }

  @Test("forEach throws what was broken, and what its body throws")
  func forEach() {
    let set = NumberSet(count: 4, onRead: { if $0 == 3 { throw Unreadable(index: 3) } })
    var seen = 0
    #expect(throws: Unreadable(index: 3)) { try DataLoader(set, batchSize: 1).forEach { _ in seen += 1 } }
    #expect(seen == 3)
    #expect(throws: CancellationError.self) {
      try DataLoader(set, batchSize: 1).forEach { _ in throw CancellationError() }
    }
  }

  @Test("A for loop hands the error to the scope around it")
  func scope() {
    let set = NumberSet(count: 4, onRead: { if $0 == 2 { throw Unreadable(index: 2) } })
    var seen: [Int] = []
    #expect(throws: Unreadable(index: 2)) {
      try withTorchErrors { for batch in DataLoader(set, batchSize: 1) { seen += batch.indices } }
    }
    #expect(seen == [0, 1])
  }

  @Test("Without a scope, a for loop stops the program")
  func trap() async {
    await #expect(processExitsWith: .failure) {
      let set = NumberSet(count: 2, onRead: { throw Unreadable(index: $0) })
      for _ in DataLoader(set, batchSize: 1) {}
    }
  }

  @Test("Broken samples are left out and counted if asked", arguments: [0, 2])
  func skips(threads: Int) throws {
    let set = NumberSet(count: 6, onRead: { if $0 == 1 || $0 == 4 { throw Unreadable(index: $0) } })
    let loader = DataLoader(set, batchSize: 3, threads: threads, onBrokenSample: .skip)
    let batches = try all(loader.makeIterator())
    #expect(batches.map(\.indices) == [[0, 2], [3, 5]])
    #expect(batches.map(\.skipped) == [["pictures/1.jpg is broken"], ["pictures/4.jpg is broken"]])
  }

  @Test("A batch of which nothing is left stops the run")
  func nothingLeft() throws {
    let set = NumberSet(count: 4, onRead: { if $0 >= 2 { throw Unreadable(index: $0) } })
    let batches = DataLoader(set, batchSize: 2, onBrokenSample: .skip).makeIterator()
    #expect(try batches.nextBatch()?.count == 2)
    #expect(throws: Unreadable(index: 3)) { try batches.nextBatch() }
  }

  @Test("Threads make no more batches than asked ahead")
  func bounded() throws {
    let counter = Counter()
    let batches = DataLoader(NumberSet(count: 1000, onRead: { _ in counter.add() }), batchSize: 1, threads: 2)
      .makeIterator()
    _ = try batches.nextBatch()
    while counter.value < 5 { Thread.sleep(forTimeInterval: 0.001) }
    Thread.sleep(forTimeInterval: 0.05)
    #expect(counter.value == 5, "one taken, two ahead for each of two threads")
  }

  @Test("Leaving a loop early stops the threads, and nothing is kept")
  func leaves() throws {
    weak var kept: Counter?
    do {
      let counter = Counter()
      kept = counter
      let loader = DataLoader(NumberSet(count: 1000, onRead: { _ in counter.add() }), batchSize: 10, threads: 3)
      for batch in loader where batch.number == 2 { break }
    }
    // The threads have ended their work by now; the system may take a moment to let go of what they held.
    for _ in 0..<5000 where kept != nil { Thread.sleep(forTimeInterval: 0.001) }
    #expect(kept == nil, "a thread that still ran would hold the set")
  }

  @Test("A loader's threads use one core each; the caller and later threads keep theirs")
  func cores() async {
    // In a process of its own, where no other test starts threads.
    await #expect(processExitsWith: .success) {
      Machine.threadCount = 3
      let seen = Counts()
      let set = NumberSet(count: 8, onRead: { _ in seen.add(Machine.threadCount) })
      try DataLoader(set, batchSize: 1, threads: 4).forEach { _ in }
      #expect(seen.all == [1])
      #expect(Machine.threadCount == 3)
      let done = DispatchSemaphore(value: 0)
      let later = Counts()
      Thread {
        later.add(Machine.threadCount)
        done.signal()
      }.start()
      done.wait()
      #expect(later.all == [3])
    }
  }

  @Test("A set in memory gives whole batches, unless samples are to be changed one by one")
  func inMemory() throws {
    let images = Tensor.arange(24).reshape([6, 1, 2, 2]).to(.uint8)
    let set = TensorDataset(images: images, labels: [0, 1, 0, 1, 0, 1], classNames: ["a", "b"])
    let whole = try all(DataLoader(WholeOnly(base: set), batchSize: 4, shuffle: true, seed: 1).makeIterator())
    let single = try all(DataLoader(set, batchSize: 4, shuffle: true, transform: Same(), seed: 1).makeIterator())
    #expect(whole.map(\.indices) == single.map(\.indices))
    #expect(whole.map { $0.images.array(Int.self) } == single.map { $0.images.array(Int.self) })
    #expect(whole.map { $0.labels?.array(Int.self) } == single.map { $0.labels?.array(Int.self) })
    #expect(whole[0].images.dtype == .uint8)
  }
}

private struct Same: Transform {
  var description: String { "Same" }
  func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample { sample }
}

/// Refuses to give single samples.
private struct WholeOnly: BatchedDataset {
  let base: TensorDataset
  var count: Int { base.count }
  var classNames: [String] { base.classNames }
  var split: Split { base.split }
  func label(at index: Int) -> Int? { base.label(at: index) }
  subscript(index: Int) -> Sample { get throws { throw Unreadable(index: index) } }
  func batch(at indices: [Int]) throws -> Batch { base.batch(at: indices) }
}

private final class Counter: Sendable {
  private let count = Mutex(0)
  func add() { count.withLock { $0 += 1 } }
  var value: Int { count.withLock { $0 } }
}

private final class Counts: Sendable {
  private let values = Mutex<Set<Int>>([])
  func add(_ value: Int) { values.withLock { _ = $0.insert(value) } }
  var all: Set<Int> { values.withLock { $0 } }
}
