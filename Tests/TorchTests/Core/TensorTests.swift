import Testing
import Torch

@Suite struct TensorTests {
  @Test func literalsHaveTheTypesOfPyTorch() {
    #expect(Tensor([1, 2]).dtype == .int64)
    #expect(Tensor([1.0, 2]).dtype == .float32)
    #expect(Tensor([1, 2] as [UInt8]).dtype == .uint8)
    #expect(Tensor([1, 2] as [Double]).dtype == .float64)
    #expect(Tensor([true, false]).dtype == .bool)
    #expect(Tensor(rows: [[1, 2], [3, 4]]).dtype == .int64)
    #expect(Tensor(rows: [[1.5, 2], [3, 4]]).dtype == .float32)
    #expect(Tensor(rows: [[1.5, 2], [3, 4]] as [[Double]]).dtype == .float64)
    #expect((2.5 as Tensor).dtype == .float32 && (2 as Tensor).dtype == .int64)
    #expect((2 as Tensor).shape == [])
  }

  @Test(arguments: DType.allCases) func elementsComeBackFromEveryType(_ dtype: DType) {
    let tensor = Tensor([0, 1, 1, 0, 1, 1]).reshape(2, 3).to(dtype)
    #expect(tensor.dtype == dtype)
    #expect(tensor.mT.array(Int.self) == [0, 0, 1, 1, 1, 1])
    #expect(tensor.withUnsafeBytes { $0.count } == 6 * dtype.byteCount)
    #expect(Tensor.zeros([1], dtype: dtype).item(Bool.self) == false)
  }

  @Test func shapesAndPlaces() throws {
    let tensor = Tensor.zeros([2, 3, 4])
    #expect(tensor.shape == [2, 3, 4] && tensor.shape[-1] == 4 && tensor.shape.elementCount == 24)
    #expect(tensor.rank == 3 && tensor.count == 24 && tensor.strides == [12, 4, 1])
    #expect(tensor.isContiguous() && !tensor.mT.isContiguous())
    #expect(tensor.device == .cpu && "\(tensor.device)" == "cpu")
    let images = Tensor.zeros([1, 3, 2, 2]).contiguous(.channelsLast)
    #expect(images.isContiguous(.channelsLast) && images.strides == [12, 1, 6, 3])
    #expect(Tensor.zeros([0, 3]).array(Float.self).isEmpty)
    #expect(tensor.isIdentical(to: tensor.add_(1)) && !tensor.isIdentical(to: tensor.clone()))
  }

  @Test func devicesAreToldByName() throws {
    #expect(try Device("cpu") == .cpu)
    #expect(try Device("auto") == .auto)
    for name in ["", "gpu", "cuda:", "cuda:-1", "cuda:1:2", "cpu:x"] {
      #expect(throws: DeviceError.unknown(name)) { try Device(name) }
    }
    #expect(throws: DeviceError.absent("cuda:4096", count: Device.count(of: .cuda))) { try Device("cuda:4096") }
  }

  @Test func memoryCanBeShared() {
    final class Owner {
      let memory = UnsafeMutablePointer<Float>.allocate(capacity: 4)
      init() { memory.initialize(repeating: 2, count: 4) }
      deinit { memory.deallocate() }
    }
    weak var watched: Owner?
    do {
      let tensor: Tensor
      do {
        let owner = Owner()
        watched = owner
        tensor = Tensor(borrowing: owner.memory, shape: [2, 2], dtype: .float32, keepingAlive: owner)
        owner.memory[3] = 7
      }
      let view = tensor[1]
      #expect(watched != nil)
      #expect(view.array(Float.self) == [2, 7])
      tensor.withUnsafeMutableBytes { $0.bindMemory(to: Float.self)[2] = 5 }
      #expect(view.array(Float.self) == [5, 7])
    }
    #expect(watched == nil, "the memory is never given back")
  }

  @Test func tensorsAreCopiedBetweenThreads() async {
    let tensor = Tensor.arange(100)
    let sums = await withTaskGroup(of: Int.self) { group in
      for index in 0..<20 { group.addTask { (tensor + index).sum().item() } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(sums) == Set((0..<20).map { 4950 + 100 * $0 }))
  }

  @Test func descriptionsShowElements() {
    #expect("\(Tensor([1, 20]))" == "Tensor([ 1, 20], shape: [2], int64)")
    #expect("\(Tensor([1.0, 2]))" == "Tensor([1., 2.], shape: [2], float32)")
    #expect("\(Tensor([0.5, Float.nan, .infinity]))" == "Tensor([0.5000, nan, inf], shape: [3], float32)")
    #expect("\(Tensor([true, false]))" == "Tensor([ true, false], shape: [2], bool)")
    #expect("\(Tensor(rows: [[1, 2], [3, 4]]))" == "Tensor([[1, 2],\n        [3, 4]], shape: [2, 2], int64)")
    #expect("\(Tensor.zeros([0, 2]))" == "Tensor([], shape: [0, 2], float32)")
    #expect("\(Tensor(3))" == "Tensor(3, int64)")
    #expect("\(Tensor.arange(2000))".contains("..."))
  }

  @Test(arguments: [Int.max, Int.min, 1 << 53 + 1]) func largeWholeNumbersAreShownExactly(_ number: Int) {
    #expect("\(Tensor(number))" == "Tensor(\(number), int64)")
    #expect("\(Tensor([number]))" == "Tensor([\(number)], shape: [1], int64)")
  }
}
