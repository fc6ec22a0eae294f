import Foundation
import Testing
import Torch

/// Two processes each.
@Suite struct ProcessGroupTests {
  static let ports = 20_000..<30_000

  static func join(_ rank: Int, at port: Int, timeout: Duration = .seconds(60)) throws -> ProcessGroup {
    let variables = ["RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"]
    return try #require(try ProcessGroup(fromEnvironment: variables, timeout: timeout))
  }

  @Test(.timeLimit(.minutes(3))) func theyExchangeNumbers() async {
    let port = Int.random(in: Self.ports)
    await withTaskGroup(of: Void.self) { tasks in
      for rank in 0..<2 {
        tasks.addTask {
          await #expect(processExitsWith: .success) { [rank = rank as Int, port = port as Int] in
            let group = try ProcessGroupTests.join(rank, at: port)
            #expect(group.rank == rank && group.count == 2 && group.isMain == (rank == 0))
            let own = Float(rank + 1)

            let sum = Tensor([own, 10 * own])
            try group.allReduce(sum)
            #expect(sum.array(Float.self) == [3, 30])
            let mean = Tensor([own])
            try group.allReduce(mean, .mean)
            #expect(mean.array(Float.self) == [1.5])
            #expect(try group.maximum([rank, -rank]) == [1, 0])

            let rows = Tensor.zeros([2, 3]) + own
            try group.broadcast(rows[dim: 1, 0..<1])
            #expect(rows.array(Float.self) == [1, own, own, 1, own, own], "a column of it, which is not in one piece")
            #expect(try group.gather(Tensor([rank, 7])).array(Int.self) == [0, 7, 1, 7])

            let numbers = try group.broadcast(value: ["loss": Double(rank) + 0.1, "none": .nan])
            #expect(numbers["loss"] == 0.1 && numbers["none"]?.isNaN == true)
            seedAll(UInt64(rank))
            let layer = Linear(3, 2)
            try group.broadcast(layer)
            let weights = try group.gather(layer.weight.value)
            #expect(weights[0].array(Float.self) == weights[1].array(Float.self))
            try group.barrier()
          }
        }
      }
    }
  }

  @Test(.timeLimit(.minutes(3))) func gradientsAreAveraged() async {
    let port = Int.random(in: Self.ports)
    await withTaskGroup(of: Void.self) { tasks in
      for rank in 0..<2 {
        tasks.addTask {
          await #expect(processExitsWith: .success) { [rank = rank as Int, port = port as Int] in
            let group = try ProcessGroupTests.join(rank, at: port)
            let used = Parameter(Tensor.ones([2]))
            let unused = Parameter(Tensor.ones([2]))
            let reducer = try GradientReducer(of: [("used", used), ("unused", unused)], in: group)
            for _ in 0..<3 {
              // The first pass is summed up here, and averaged with the second.
              (used.value * Float(rank + 1) + unused.value).sum().backward()
              try reducer.backward((used.value * Float(rank + 1) + unused.value).sum())
              #expect(used.grad?.array(Float.self) == [3, 3] && unused.grad?.array(Float.self) == [2, 2])
              (used.grad, unused.grad) = (nil, nil)
            }
            let error = #expect(throws: ProcessGroupError.self) { try reducer.backward(used.value.sum()) }
            #expect(error == .withoutGradient(parameters: ["unused"]))
          }
        }
      }
    }
  }

  @Test(.timeLimit(.minutes(3))) func aDeathIsNoticed() async {
    let port = Int.random(in: Self.ports)
    async let survivor: Void = {
      await #expect(processExitsWith: .exitCode(7)) { [port = port as Int] in
        let group = try ProcessGroupTests.join(0, at: port)
        let error = #expect(throws: ProcessGroupError.self) {
          while true { try group.allReduce(Tensor.ones([1])) }
        }
        guard case .lost = error else { exit(1) }
        exit("\(try #require(error))".contains("another process has ended") ? 7 : 2)
      }
    }()
    await #expect(processExitsWith: .signal(SIGKILL)) { [port = port as Int] in
      let group = try ProcessGroupTests.join(1, at: port)
      for _ in 0..<3 { try group.allReduce(Tensor.ones([1])) }
      kill(getpid(), SIGKILL)
    }
    await survivor
  }

  @Test(.timeLimit(.minutes(3))) func whoeverDoesNotComeIsNotWaitedForForEver() async {
    let port = Int.random(in: Self.ports)
    await #expect(processExitsWith: .success) { [port = port as Int] in
      let error = #expect(throws: ProcessGroupError.self) {
        try ProcessGroupTests.join(0, at: port, timeout: .seconds(1))
      }
      let message = "\(try #require(error))"
      #expect(message.contains("did not come together at 127.0.0.1:\(port)"), "\(message)")
    }
  }
}
