import Testing
import Torch

@Suite struct DTypeTests {
  @Test func theDefaultTypeIsThatOfNewTensors() async {
    // In a process of its own, because it is the type of what all tests make.
    await #expect(processExitsWith: .success) {
      #expect(DType.default == .float32 && Tensor.zeros([2]).dtype == .float32)
      DType.default = .float64
      #expect(DType.default == .float64)
      #expect(Tensor.zeros([2]).dtype == .float64 && (Tensor([1, 2]) / 2).dtype == .float64)
      DType.default = .bfloat16
      #expect(Tensor.ones([2]).dtype == .bfloat16)
    }
  }

  @Test func itIsAFloatingPointType() {
    let error = #expect(throws: TorchError.self) { try withTorchErrors { DType.default = .int64 } }
    #expect(error.map { "\($0)".contains("floating-point") } == true)
    #expect(DType.default == .float32)
  }
}
