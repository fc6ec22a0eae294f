import Foundation
import Testing
import Torch

// Each in a process of its own: other tests use the same memory at the same time.
@Suite struct CPUMemoryTests {
  @Test func whatTensorsGiveBackIsFoundAgain() async {
    await #expect(processExitsWith: .success) {
      #expect(CPUMemory.isCached)
      CPUMemory.emptyCache()
      let before = CPUMemory.statistics
      for _ in 0..<5 { _ = Tensor.zeros([1 << 20]) }
      let after = CPUMemory.statistics
      #expect(after.inUse == before.inUse)
      #expect(after.misses - before.misses == 1)
      #expect(after.hits - before.hits == 4)
      #expect(after.peakInUse >= before.inUse + 4 << 20)
      #expect(after.cached == 4 << 20)
      _ = Tensor.zeros([(1 << 20) * 7 / 8])
      #expect(CPUMemory.statistics.misses == after.misses, "a block that is a little larger serves as well")
      CPUMemory.emptyCache()
      #expect(CPUMemory.statistics.cached == 0)
    }
  }

  @Test func nothingLeaksAndNothingIsHandedOutTwice() async {
    await #expect(processExitsWith: .success) {
      let before = CPUMemory.statistics.inUse
      DispatchQueue.concurrentPerform(iterations: 4) { thread in
        Machine.threadCount = 1
        var random = SystemRandomNumberGenerator()
        var held: [(tensor: Tensor, value: Int)] = []
        for step in 0..<300 {
          let value = thread * 1000 + step
          held.append((Tensor.full([Int.random(in: 1...60_000, using: &random)], .int(value)), value))
          guard held.count > 8 else { continue }
          let (tensor, expected) = held.remove(at: Int.random(in: 0..<held.count, using: &random))
          let range: [Int] = [tensor.min().item(), tensor.max().item()]
          #expect(range == [expected, expected])
        }
      }
      #expect(CPUMemory.statistics.inUse == before)
      #expect(CPUMemory.statistics.cached <= CPUMemory.statistics.limit)
    }
  }

  @Test func noMoreIsKeptThanTheLimitAndTheOldestGoesFirst() async {
    await #expect(processExitsWith: .success) {
      CPUMemory.emptyCache()
      CPUMemory.cacheLimit = 3 << 20
      #expect(CPUMemory.cacheLimit == 3 << 20)
      var tensors = [1, 2, 1].map { Tensor.zeros([$0 << 18]) }
      _ = Tensor.zeros([1 << 20])
      #expect(CPUMemory.statistics.cached == 0, "a block beyond the limit")
      tensors.removeFirst()
      tensors.removeFirst()
      #expect(CPUMemory.statistics.cached == 3 << 20)
      tensors.removeFirst()
      #expect(CPUMemory.statistics.cached == 3 << 20, "the first block made place for the last")
      CPUMemory.cacheLimit = 1 << 20
      #expect(CPUMemory.statistics.cached == 1 << 20)
      CPUMemory.cacheLimit = -1
      #expect(CPUMemory.cacheLimit == 0)
      #expect(CPUMemory.statistics.cached == 0)
    }
  }

  @Test func anImpossibleRequestIsAnErrorAndEmptiesTheCache() async {
    await #expect(processExitsWith: .success) {
      _ = Tensor.zeros([1 << 20])
      #expect(CPUMemory.statistics.cached > 0)
      #expect(throws: TorchError.self) { try withTorchErrors { Tensor.empty([1 << 50]) } }
      #expect(CPUMemory.statistics.cached == 0)
      #expect(Tensor.ones([1 << 20]).sum().item(Int.self) == 1 << 20)
    }
  }

  #if os(Linux)
    @Test func emptyingGivesTheMemoryBackToTheSystem() async {
      await #expect(processExitsWith: .success) {
        func residentBytes() throws -> Int {
          let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
          return (Int(pages) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
        CPUMemory.cacheLimit = 1 << 30
        _ = Tensor.ones([1 << 26])
        let kept = try residentBytes()
        CPUMemory.emptyCache()
        #expect(try residentBytes() < kept - 200 << 20)
      }
    }
  #endif

  @Test(arguments: [0, 1, 100, 16_383, 16_384, 70_001, 3_000_001])
  func memoryBeginsAtAMultipleOf64Bytes(_ count: Int) {
    Tensor.zeros([count]).withUnsafeMutableBytes { #expect(Int(bitPattern: $0.baseAddress) % 64 == 0) }
  }
}
