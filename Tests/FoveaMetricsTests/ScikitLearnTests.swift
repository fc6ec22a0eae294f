import Testing
import Torch

@testable import FoveaMetrics

/// Every metric against scikit-learn: ties, absent classes, nothing to divide by, one class only, two classes.
@Suite struct ScikitLearnTests {
  static let names = [
    "multi-class", "skewed chance", "ties", "absent", "all wrong", "all right", "one class only",
    "binary, two columns", "binary, one logit", "binary ties", "binary, never positive",
  ]

  func reference(_ name: String) throws -> ReferenceCase { try #require(ReferenceCase.all.get()[name]) }

  @Test func everyCaseIsTested() throws {
    #expect(try Set(ReferenceCase.all.get().keys) == Set(Self.names))
  }

  @Test(arguments: names) func accuracy(_ name: String) throws {
    let reference = try reference(name)
    #expect(agree(reference.value(of: Accuracy()), reference.accuracy))
    for (k, value) in reference.top_k ?? [:] {
      #expect(agree(reference.value(of: TopKAccuracy(try #require(Int(k)))), value), "top \(k)")
    }
  }

  @Test(arguments: names) func precisionRecallF1(_ name: String) throws {
    let reference = try reference(name)
    let averages = reference.averages
    for (average, expected) in [
      (Average.micro, averages.micro), (.macro, averages.macro), (.weighted, averages.weighted),
      (.binary, averages.binary),
    ] {
      guard let expected else { continue }
      #expect(agree(reference.value(of: Precision(average)), expected.precision), "\(average) precision")
      #expect(agree(reference.value(of: Recall(average)), expected.recall), "\(average) recall")
      #expect(agree(reference.value(of: F1Score(average)), expected.f1), "\(average) F1")
    }
    #expect((averages.binary != nil) == (reference.classes == 2))
  }

  @Test(arguments: names) func perClass(_ name: String) throws {
    let reference = try reference(name)
    let table = PerClassTable(reference.value(of: ConfusionMatrix()).classCounts)
    let expected = reference.averages.per_class
    #expect(agree(table.rows.map(\.precision), expected.precision))
    #expect(agree(table.rows.map(\.recall), expected.recall))
    #expect(agree(table.rows.map(\.f1), expected.f1))
    #expect(table.rows.map(\.support) == expected.support)
  }

  @Test(arguments: names) func auroc(_ name: String) throws {
    let reference = try reference(name)
    if reference.classes == 2 {
      #expect(agree(reference.value(of: AUROC(.macro)), reference.auroc.binary))
      #expect(agree(reference.value(of: AUROC(.weighted)), reference.auroc.binary))
      return
    }
    #expect(agree(reference.value(of: AUROC(.macro)), reference.auroc.macro))
    let weighted = AUROC(.weighted)
    #expect(agree(reference.value(of: weighted), reference.auroc.weighted))
    #expect(agree(weighted.perClass().map(\.value), try #require(reference.auroc.per_class)))
  }

  @Test(arguments: names) func confusion(_ name: String) throws {
    let reference = try reference(name)
    let confusion = reference.value(of: ConfusionMatrix())
    #expect(confusion.counts == reference.confusion.flatMap { $0 })
    #expect(confusion.classCount == reference.classes)
    #expect(agree(confusion.accuracy, reference.accuracy))
    #expect(agree(confusion.normalized(by: .gold), reference.normalized.true.flatMap { $0 }))
    #expect(agree(confusion.normalized(by: .predicted), reference.normalized.pred.flatMap { $0 }))
    #expect(agree(confusion.normalized(by: .all), reference.normalized.all.flatMap { $0 }))
  }

  @Test(arguments: names) func logLoss(_ name: String) throws {
    let reference = try reference(name)
    #expect(abs(reference.value(of: LogLoss()) - reference.log_loss) < 2e-6)
  }

  @Test(arguments: names) func calibration(_ name: String) throws {
    let reference = try reference(name)
    let metric = CalibrationError()
    #expect(agree(reference.value(of: metric), reference.calibration.error))
    let table = metric.table()
    #expect(table.bins.map(\.count) == reference.calibration.counts)
    let filled = table.bins.filter { $0.count > 0 }
    #expect(agree(filled.map(\.accuracy), reference.calibration.accuracy))
    #expect(agree(filled.map(\.confidence), reference.calibration.confidence))
    #expect(agree(table.maximumError, filled.map { abs($0.accuracy - $0.confidence) }.max()))
  }

  @Test(arguments: names) func collection(_ name: String) throws {
    let reference = try reference(name)
    let metrics = MetricCollection.classification(classes: reference.classes)
    let values = reference.value(of: metrics)
    #expect(Set(values.keys) == Set(metrics.names))
    #expect(agree(try #require(values["accuracy"]), reference.accuracy))
    #expect(agree(try #require(values["f1_macro"]), reference.averages.macro.f1))
    #expect(agree(try #require(values["recall_weighted"]), reference.averages.weighted.recall))
    #expect(agree(try #require(values["calibration_error"]), reference.calibration.error))
    if reference.classes == 2 {
      #expect(agree(try #require(values["precision"]), reference.averages.binary?.precision))
      #expect(agree(try #require(values["auroc"]), reference.auroc.binary))
    } else {
      #expect(agree(try #require(values["auroc_macro"]), reference.auroc.macro))
      #expect(values["precision"] == nil)
    }
  }
}
