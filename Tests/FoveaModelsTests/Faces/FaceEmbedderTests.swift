import FoveaModels
import Testing
import Torch

@Suite(.serialized) struct FaceEmbedderTests {
  static let reference = FaceReference.load()
  static let computed = reference.embedders.filter { $0.value.embedding != nil }.keys.sorted()

  @Test(arguments: computed) func embeddingsAreThoseOfPyTorch(_ name: String) throws {
    let expected = try #require(Self.reference.embedders[name])
    let size = try #require(expected.size)
    let embedding = try #require(expected.embedding)
    let model = try withoutInitialization {
      try FaceArchitecture.named(name).make(size: (size[0], size[1]))
    }
    let numbers = MadeUpNumbers()
    numbers.fill(model)
    #expect(model.parameterCount() == expected.parameters)
    #expect(model.keyHash == expected.keys)
    let found = withNoGrad { model.eval()(numbers(17, [1, 3] + size)) }
    let difference = Double((found - Tensor(embedding, shape: [1, embedding.count]).to(.float32)).abs().max())
    #expect(difference < 1e-4, "differs by \(difference)")
  }

  @Test(arguments: FaceArchitecture.all.map(\.name)) func parametersAreAsManyAsPublished(_ name: String) throws {
    let architecture = try FaceArchitecture.named(name)
    let model = try withoutInitialization { try architecture.make() }
    #expect(model.parameterCount() == architecture.parameterCount)
    #expect(model.embeddingSize == architecture.embeddingSize)
    if let published = Self.reference.embedders["\(name)-112"] { #expect(model.keyHash == published.keys) }
  }

  @Test func embeddingsAreOfLengthOneUnlessAskedOtherwise() throws {
    let model = try FaceArchitecture.named("ir_tiny").make().eval()
    let faces = Tensor.rand([3, 3, 56, 46], generator: Generator(seed: 1))
    let lengths = withNoGrad { model(faces) }.norm(dims: [1])
    #expect(Double((lengths - 1).abs().max()) < 1e-5)
    model.isNormalized = false
    #expect(Double((withNoGrad { model(faces) }.norm(dims: [1]) - 1).abs().max()) > 1e-3)
  }

  @Test func impossibleRequestsAreErrors() throws {
    let tiny = try FaceArchitecture.named("ir_tiny")
    #expect(throws: ArchitectureError.notPositive(field: "height", value: 0)) { try tiny.make(size: (0, 46)) }
    #expect(throws: ArchitectureError.notPositive(field: "embeddingSize", value: -1)) {
      try tiny.make(embeddingSize: -1)
    }
    #expect(throws: ArchitectureError.unknown(name: "ir_resnet_50", nearest: "ir_resnet50")) {
      try FaceArchitecture.named("ir_resnet_50")
    }
  }

  @Test func aMarginHeadLearns() throws {
    let head = MarginHead(4, people: 3, .arcFace(margin: 0.3), scale: 16)
    // Not from the generator that tests side by side share.
    withNoGrad { _ = head.weight.value.copy_(Tensor.randn([3, 4], generator: Generator(seed: 0))) }
    let embeddings = Tensor.eye(4)[0..<3]
    let labels = Tensor([0, 1, 2])
    func loss() -> Tensor { head(embeddings, labels: labels).crossEntropy(labels) }
    let before = Double(loss())
    let optimizer = SGD(head, learningRate: 0.5)
    for _ in 0..<20 {
      loss().backward()
      optimizer.step()
      optimizer.zeroGrad()
    }
    #expect(Double(loss()) < before / 4)
  }
}
