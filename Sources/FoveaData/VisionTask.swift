/// What a model is asked: the kinds of work that recipes, runs and data sets are made for.
public enum VisionTask: String, Codable, Sendable, CaseIterable {
  /// Which of the known classes an image shows.
  case classification
  /// Where the objects of the known classes are.
  case detection
  /// Who it is.
  case faces
  /// A sentence about an image.
  case captioning
}
