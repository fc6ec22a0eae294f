import Foundation
import Testing
import Torch

@Suite struct TorchErrorTests {
  @Test func aFailureIsThrownWithTheOperatorsName() throws {
    let error = try #require(throws: TorchError.self) {
      try withTorchErrors { Tensor.zeros([2, 3]) + Tensor.zeros([4]) }
    }
    #expect(error.operation == "aten::add.Tensor")
    #expect(error.message.contains("size of tensor a (3) must match"))
    #expect("\(error)".hasPrefix("aten::add.Tensor: "))
    #expect(!error.message.contains("Exception raised from"), "the message carries C++ frames")
  }

  @Test func theFirstFailureIsTheOneThatIsThrown() throws {
    let error = try #require(throws: TorchError.self) {
      try withTorchErrors {
        let wrong = Tensor.zeros([2, 3]).matmul(.zeros([2, 3]))
        return wrong.reshape(7).softmax(dim: 3) + Tensor.zeros([5])
      }
    }
    #expect(error.operation == "aten::matmul")
  }

  @Test func afterAFailureTheBodyGoesOnToItsEnd() throws {
    var reached = false
    let error = try #require(throws: TorchError.self) {
      try withTorchErrors {
        let wrong = Tensor.zeros([2]).reshape(3, 5)
        #expect(wrong.shape[1] == 1)
        #expect(wrong.item(Float.self) == 0)
        _ = wrong.max(dim: 4).indices.shape[-3]
        reached = true
      }
    }
    #expect(reached)
    #expect(error.operation == "aten::reshape")
  }

  @Test func aLaterThrownErrorDoesNotHideTheFailure() {
    struct Other: Error {}
    #expect(throws: TorchError.self) {
      try withTorchErrors {
        _ = Tensor.zeros([2]) + Tensor.zeros([3])
        throw Other()
      }
    }
    #expect(throws: Other.self) { try withTorchErrors { throw Other() } }
  }

  @Test func anInnerScopeKeepsItsFailureToItself() throws {
    let result = try withTorchErrors {
      #expect(throws: TorchError.self) { try withTorchErrors { Tensor.zeros([2]) + Tensor.zeros([3]) } }
      return Tensor.ones([2]) + 1
    }
    #expect(result.array(Int.self) == [2, 2])
  }

  @Test func aFailedBackwardIsThrownAndTheNextOneWorks() throws {
    let x = Tensor([1.0, 2])
    #expect(throws: TorchError.self) { try withTorchErrors { x.backward() } }
    x.requiresGrad = true
    #expect(throws: TorchError.self) { try withTorchErrors { (x * 2).backward() } }
    (x * 2).sum().backward()
    #expect(x.grad?.array(Float.self) == [2, 2])
  }

  @Test func anOperatorThatDoesNotExistIsNamed() throws {
    let unknown = Op<Tensor, Tensor>("aten::no_such_operator")
    let error = try #require(throws: TorchError.self) { try withTorchErrors { unknown(.zeros([1])) } }
    #expect("\(error)".contains("aten::no_such_operator"))
  }

  @Test func wrongArgumentsAreNamed() throws {
    let wrongType = Op<Tensor, Tensor, String>("aten::add", "Tensor")
    let tooFew = Op<Tensor>("aten::relu")
    let tooMany = Op<Tensor, Tensor, Int>("aten::relu")
    func message(_ body: () -> Tensor) throws -> String {
      try #require(throws: TorchError.self) { try withTorchErrors(body) }.description
    }
    #expect(try message { wrongType(.zeros([1]), "one") }.contains("argument 1 'other' expects Tensor, given String"))
    #expect(try message { tooFew() }.contains("misses argument 'self'"))
    #expect(try message { tooMany(.zeros([1]), 3) }.contains("more than 1 arguments"))
  }

  @Test func manyFailuresLeaveNothingBehind() throws {
    for _ in 0..<2000 {
      #expect(throws: TorchError.self) { try withTorchErrors { Tensor.zeros([2]) + Tensor.zeros([3]) } }
    }
    #expect((Tensor.ones([2]) + Tensor.ones([2])).array(Int.self) == [2, 2])
  }

  @Test func withoutAScopeAMisuseStopsTheProgram() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]) + Tensor.zeros([3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).shape[1] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).item(Float.self) }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2, 3], shape: [2, 2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor(rows: [[1, 2], [3]]) }
  }

  @Test func aScopeHoldsForItsOwnThreadOnly() async {
    await #expect(processExitsWith: .failure) {
      try withTorchErrors {
        let done = DispatchSemaphore(value: 0)
        Thread {
          _ = Tensor.zeros([2]) + Tensor.zeros([3])
          done.signal()
        }.start()
        done.wait()
      }
    }
  }
}
