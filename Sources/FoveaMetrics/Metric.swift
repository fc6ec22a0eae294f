/// A number, or a table, over all the samples of many batches.
///
/// ```swift
/// let accuracy = Accuracy()
/// for batch in loader { accuracy.update(logits: model(batch.images), labels: batch.labels) }
/// print(accuracy.compute())
/// ```
/// Metrics of classifiers take ``Predictions``; give the same one to several metrics, and what they share (softmax,
/// argmax, counts) is worked out once. Metrics of detectors take a ``DetectionResult`` an image.
public protocol Metric<Input, Value>: AnyObject {
  /// What it looks at.
  associatedtype Input

  /// What it measures: a number for most, a table for some.
  associatedtype Value

  /// Adds a batch, or an image.
  func update(_ input: Input)

  /// The value over every batch since the last reset. It may be asked for at any time, and changes nothing.
  func compute() -> Value

  /// Forgets every batch.
  func reset()
}
