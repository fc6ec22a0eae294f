import Testing
import Torch

@Suite struct AutogradTests {
  @Test func backwardSumsGradientsUpInLeaves() {
    let x = Tensor([1.0, 2, 3])
    x.requiresGrad = true
    #expect(x.isLeaf && x.grad == nil)
    let y = x.square()
    #expect(!y.isLeaf && y.requiresGrad && y.grad == nil)
    y.sum().backward()
    (x * 3).sum().backward()
    #expect(x.grad?.array(Float.self) == [5, 7, 9])
    x.grad = nil
    x.square().backward(gradient: Tensor([1.0, 0, 2]))
    #expect(x.grad?.array(Float.self) == [2, 0, 12])
  }

  @Test func aGraphIsGoneAfterOnePassUnlessItIsKept() throws {
    let x = Tensor([2.0])
    x.requiresGrad = true
    let y = x.pow(3).sum()
    y.backward(retainGraph: true)
    y.backward()
    #expect(x.grad?.array(Float.self) == [24])
    #expect(throws: TorchError.self) { try withTorchErrors { y.backward() } }
  }

  @Test func gradientsTouchNobodysGrad() throws {
    let x = Tensor([1.0, 2])
    let unused = Tensor([1.0])
    x.requiresGrad = true
    unused.requiresGrad = true
    let found = gradients(of: [x.exp().sum(), (x * 2).sum()], for: [x, unused])
    let expected = x.detach().exp() + 2
    #expect(try #require(found[0]).isClose(to: expected))
    #expect(found[1] == nil)
    #expect(x.grad == nil)
  }

  @Test func derivativesOfDerivatives() throws {
    let x = Tensor([2.0, 3])
    x.requiresGrad = true
    let first = try #require(gradients(of: [x.pow(3).sum()], for: [x], createGraph: true)[0])
    let second = try #require(gradients(of: [first.sum()], for: [x])[0])
    #expect(second.array(Float.self) == [12, 18])
  }

  @Test func nothingIsRecordedWhereItIsNotWanted() throws {
    let x = Tensor([1.0])
    x.requiresGrad = true
    #expect(isGradEnabled)
    withNoGrad {
      #expect(!isGradEnabled)
      #expect(!(x * 2).requiresGrad)
      withGrad { #expect((x * 2).requiresGrad) }
      #expect(!isGradEnabled)
    }
    #expect(isGradEnabled)
    #expect(!x.detach().requiresGrad)
    let inferred = withInferenceMode { x * 2 }
    #expect(!inferred.requiresGrad)
    #expect(throws: TorchError.self) { try withTorchErrors { (inferred * x).sum().backward() } }
  }

  @Test func aModeEndsWhenItsBodyThrows() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try withNoGrad { () throws(Stop) in throw Stop() } }
    #expect(isGradEnabled)
    #expect(throws: Stop.self) { try withInferenceMode { () throws(Stop) in throw Stop() } }
    #expect(isGradEnabled)
  }

  @Test func changingALeafInPlaceIsRefused() throws {
    let x = Tensor([1.0])
    x.requiresGrad = true
    #expect(throws: TorchError.self) { try withTorchErrors { x.add_(1) } }
    withNoGrad { _ = x.add_(1) }
    #expect(x.array(Float.self) == [2] && x.requiresGrad)
    #expect(throws: TorchError.self) { try withTorchErrors { Tensor([1, 2]).requiresGrad = true } }
  }

  @Test func autocastMultipliesInTheTypeAskedFor() throws {
    let x = Tensor.ones([2, 4])
    let weight = Tensor.ones([3, 4])
    weight.requiresGrad = true
    let y = withAutocast(.bfloat16) { x.linear(weight) }
    #expect(y.dtype == .bfloat16)
    y.to(.float32).sum().backward()
    #expect(weight.grad?.dtype == .float32)
    #expect(weight.grad?.array(Float.self) == Array(repeating: 2, count: 12))
    #expect(withAutocast(.bfloat16) { x.linear(weight).crossEntropy(Tensor([0, 1])) }.dtype == .float32)
    #expect(withAutocast(nil) { x.linear(weight) }.dtype == .float32)
    #expect(x.linear(weight).dtype == .float32)
    let inner = withAutocast(.bfloat16) { withAutocast(nil) { x.linear(weight).dtype } }
    #expect(inner == .float32)
  }
}
