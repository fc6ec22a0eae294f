import Testing
import Torch

@testable import FoveaMetrics

/// What scikit-learn has no word on: batches, resets, types, gradients, empty and hopeless input.
@Suite struct MetricTests {
  let logits = Tensor([2.0, 1, 0, 0, 3, 1, 1, 0, 2, 5, 4, 0], shape: [4, 3])
  let labels = Tensor([0, 1, 2, 1] as [Int])

  @Test func resetForgetsEverything() {
    let metrics = MetricCollection.classification(classes: 3)
    metrics.update(logits: logits, labels: labels)
    let first = metrics.compute()
    #expect(metrics.compute() == first)  // asking changes nothing
    metrics.reset()
    for (name, value) in metrics.compute() { #expect(value.isNaN, "\(name)") }
    metrics.update(logits: logits, labels: labels)
    #expect(metrics.compute() == first)
    let confusion = ConfusionMatrix()
    #expect(confusion.compute().classCount == 0)
    confusion.update(logits: logits, labels: labels)
    confusion.reset()
    #expect(confusion.compute().counts.isEmpty)
  }

  @Test func oneSampleAtATimeIsTheSame() throws {
    let whole = MetricCollection.classification(classes: 3)
    whole.update(logits: logits, labels: labels)
    let parts = MetricCollection.classification(classes: 3)
    for index in 0..<4 {
      parts.update(logits: logits[dim: 0, index..<index + 1], labels: labels[dim: 0, index..<index + 1])
    }
    let values = parts.compute()
    for (name, value) in whole.compute() { #expect(agree(try #require(values[name]), value), "\(name)") }
  }

  @Test func anEmptyBatchChangesNothing() {
    let metrics = MetricCollection.classification(classes: 3)
    metrics.update(logits: logits, labels: labels)
    let before = metrics.compute()
    metrics.update(logits: Tensor.zeros([0, 3]), labels: Tensor.zeros([0], dtype: .int64))
    #expect(metrics.compute() == before)
  }

  @Test(arguments: [DType.bfloat16, .float16, .float64]) func otherTypesOfScores(_ dtype: DType) {
    let accuracy = Accuracy()
    let auroc = AUROC()
    for metric in [accuracy, auroc] as [any Metric<Predictions, Double>] {
      metric.update(logits: logits.to(dtype), labels: labels)
    }
    #expect(accuracy.compute() == 0.75)
    #expect(auroc.perClass()[2].value == 1)
  }

  @Test func labelsMayBeOfAnyIntegerType() {
    let accuracy = Accuracy()
    accuracy.update(logits: logits, labels: labels.to(.uint8))
    accuracy.update(logits: logits, labels: labels.to(.int32))
    #expect(accuracy.compute() == 0.75)
  }

  @Test func nothingRecordsGradients() {
    let weights = logits.clone()
    weights.requiresGrad = true
    let predictions = Predictions(logits: weights * 2, labels: labels)
    #expect(!predictions.probabilities.requiresGrad)
    #expect(!predictions.goldLogProbability.requiresGrad)
  }

  @Test func batchesOfInferenceModeMayFollowOthers() {
    let metrics = MetricCollection.classification(classes: 3)
    withInferenceMode { metrics.update(logits: logits * 1, labels: labels) }
    metrics.update(logits: logits, labels: labels)
    withInferenceMode { metrics.update(logits: logits * 1, labels: labels) }
    #expect(metrics.compute()["accuracy"] == 0.75)
  }

  @Test func undefinedScoresAreNeverAHit() {
    let broken = Tensor.full([4, 3], .double(.nan))
    let top = TopKAccuracy(2)
    top.update(logits: broken, labels: labels)
    #expect(top.compute() == 0)
    let auroc = AUROC()
    auroc.update(probabilities: broken, labels: labels)
    #expect(auroc.compute().isNaN)
  }

  @Test func meanWeighsBatchesByTheirSize() {
    let mean = Mean()
    #expect(mean.compute().isNaN)
    mean.update(2.0, count: 3)
    mean.update(Tensor(6.0), count: 1)
    mean.update(.nan, count: 0)
    #expect(mean.compute() == 3)
    mean.reset()
    #expect(mean.compute().isNaN)
  }

  @Test func mostConfusedPairsComeFirst() {
    let confusion = Confusion(counts: [10, 2, 0, 1, 5, 2, 3, 0, 1])
    let pairs = confusion.mostConfused(3)
    #expect(pairs.map(\.gold) == [2, 1, 0])
    #expect(pairs.map(\.predicted) == [0, 2, 1])
    #expect(pairs.map(\.count) == [3, 2, 2])
    #expect(pairs[1].share == 0.25)  // 2 of 8 comes before 2 of 12
    #expect(confusion.mostConfused().count == 4)
    #expect(confusion.mostConfused(-1).isEmpty)
    #expect(Confusion(counts: [1, 0, 0, 1]).mostConfused().isEmpty)
  }

  @Test func perClassTableIsReadable() {
    let counts = ClassCounts(truePositives: [8, 0], predicted: [9, 0], gold: [10, 1])
    let table = PerClassTable(counts, names: ["T-shirt"])
    #expect(
      table.description == """
        class    precision     recall         f1    samples
        T-shirt     0.8889     0.8000     0.8421         10
        1           0.0000     0.0000     0.0000          1
        """)
  }

  @Test func aConfidenceOnAnEdgeBelongsBelow() {
    let metric = CalibrationError(bins: 4)
    metric.update(
      probabilities: Tensor([0.75, 0.25, 0.5, 0.5, 1, 0], shape: [3, 2]), labels: Tensor([0, 0, 1] as [Int]))
    #expect(metric.table().bins.map(\.count) == [0, 1, 1, 1])
    #expect(metric.table().bins.map(\.upperBound) == [0.25, 0.5, 0.75, 1])
    #expect(agree(metric.compute(), (0.25 + 0.5 + 1) / 3))
    #expect(metric.table().maximumError == 1)
    #expect(metric.table().bins[0].accuracy.isNaN)
  }

  @Test func theSurestMistakesAreKept() {
    let metric = ConfidentMistakes(limit: 3)
    let probabilities = Tensor([0.9, 0.1, 0.4, 0.6, 0.2, 0.8, 0.75, 0.25], shape: [4, 2])
    metric.update(probabilities: probabilities, labels: Tensor([1, 1, 0, 1] as [Int]))
    #expect(metric.compute().map(\.index) == [0, 2, 3])
    #expect(metric.compute().map(\.predicted) == [0, 1, 0])
    metric.update(probabilities: probabilities, labels: Tensor([0, 0, 0, 0] as [Int]))
    #expect(metric.compute().map(\.index) == [0, 2, 6])
    #expect(agree(metric.compute().map(\.confidence), [0.9, 0.8, 0.8]))
    let indices = Tensor([70, 71, 72, 73] as [Int])
    metric.reset()
    metric.update(Predictions(probabilities: probabilities, labels: Tensor([0, 1, 1, 1] as [Int])), indices: indices)
    #expect(metric.compute().map(\.index) == [73])
    #expect(metric.compute().map(\.gold) == [1])
  }

  @Test func labelsOutsideTheClassesStop() async {
    await #expect(processExitsWith: .failure) {
      Accuracy().update(logits: Tensor.zeros([2, 3]), labels: Tensor([0, 3] as [Int]))
    }
    await #expect(processExitsWith: .failure) {
      Accuracy().update(logits: Tensor.zeros([2, 3]), labels: Tensor([0, -1] as [Int]))
    }
    await #expect(processExitsWith: .failure) {
      Accuracy().update(logits: Tensor.zeros([2, 3]), labels: Tensor([0, 1, 2] as [Int]))
    }
  }
}
