import Foundation
import FoveaModels
import FoveaTraining
import Testing
import Torch

/// Against scikit-learn; see Tests/Reference/probing.py.
@Suite struct ProbingTests {
  private struct Reference: Decodable {
    let features: [Double]
    let labels: [Int]
    let queries: [Double]
    let votes: [Double]
    let probabilities: [Double]

    var examples: Embeddings {
      Embeddings(features: Tensor(features).to(.float32).reshape(-1, 4), labels: Tensor(labels))
    }
    var asked: Tensor { Tensor(queries).to(.float32).reshape(-1, 4) }
  }

  private let reference: Reference

  init() throws {
    let file = try #require(Bundle.module.resourceURL?.appending(path: "Fixtures/probing.json"))
    reference = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }

  @Test func neighboursVoteAsInScikitLearn() {
    let votes = NearestNeighbors(reference.examples, classes: 3, count: 5).votes(for: reference.asked)
    #expect(votes.shape == [9, 3])
    for (found, expected) in zip(votes.array(Double.self), reference.votes) { #expect(abs(found - expected) < 1e-4) }
  }

  @Test func moreNeighboursThanExamplesAreAllOfThem() {
    let few = Embeddings(features: .eye(2), labels: Tensor([1, 0]))
    let query = Tensor([1.0, 0.0]).reshape(1, 2)
    let votes = NearestNeighbors(few, classes: 2, count: 20, temperature: 1).votes(for: query).array(Double.self)
    let expected = exp(1.0) / (exp(1.0) + 1)
    #expect(abs(votes[1] - expected) < 1e-6)
    #expect(few.accuracy(of: Tensor([0.0, 1.0, 0.0, 1.0]).reshape(2, 2)) == 0.5)
  }

  @Test func theProbeIsScikitLearnsLogisticRegression() {
    var probe = LinearProbe(classes: 3)
    probe.l2 = 0.01
    let layer = probe.fit(reference.examples)
    let probabilities = withNoGrad { layer(reference.asked).softmax(dim: 1) }.array(Double.self)
    for (found, expected) in zip(probabilities, reference.probabilities) { #expect(abs(found - expected) < 2e-3) }
  }

  @Test func aBackboneWithAProbeIsAClassifier() throws {
    let model = TinyTransformer.make()
    let (training, test) = (TinyTransformer.pictures(), TinyTransformer.pictures(seed: 6))
    let examples = try Embeddings(of: training, by: model, input: TinyTransformer.input, batchSize: 20, threads: 1)
    let unseen = try Embeddings(of: test, by: model, input: TinyTransformer.input, threads: 1)
    #expect(examples.features.shape == [48, 24] && examples.labels.array(Int.self) == (0..<48).map { $0 % 3 })
    model.head = LinearProbe(classes: 3).fit(examples)
    #expect(unseen.accuracy(of: withNoGrad { model.head(unseen.features) }) > 0.9)
    #expect(unseen.accuracy(of: NearestNeighbors(examples, classes: 3).votes(for: unseen.features)) > 0.6)
  }

  /// A folder that transformers saved, pictures as its image processor wants them, a probe in the head's place.
  @Test func aPublishedDINOv2IsJudgedByProbeAndNeighbours() throws {
    let pretrained = try PretrainedClassifier(
      contentsOf: PretrainedReference.folder("dinov2"), classNames: TinyTransformer.classNames)
    let model = try #require(pretrained.model as? VisionTransformer)
    var before: [String: Tensor] = [:]
    for (name, tensor) in model.stateDict() { before[name] = tensor.clone() }
    let input = pretrained.configuration.input
    let training = try Embeddings(of: TinyTransformer.pictures(), by: model, input: input, threads: 1)
    let test = try Embeddings(of: TinyTransformer.pictures(seed: 6), by: model, input: input, threads: 1)
    #expect(training.features.shape == [48, 48], "the class token, and the mean of the patches")
    #expect(test.accuracy(of: NearestNeighbors(training, classes: 3).votes(for: test.features)) > 0.9)
    #expect(test.accuracy(of: withNoGrad { model.head(test.features) }) < 0.9, "the head was drawn")
    model.head = LinearProbe(classes: 3).fit(training)
    #expect(test.accuracy(of: withNoGrad { model.head(test.features) }) > 0.9)
    for (name, tensor) in model.stateDict() where !name.hasPrefix("head.") {
      #expect(before[name]?.isEqual(to: tensor) == true, "\(name) has changed")
    }
  }
}
