/// The data of a run in one place: what to learn from, and what to check it on. Lightning's idea, and its name.
public protocol DataModule {
  /// What a model learns from.
  func trainLoader() throws -> any BatchSource

  /// What is looked at while it learns; nil for a run without validation.
  func validationLoader() throws -> (any BatchSource)?

  /// What is looked at once, at the end; nil where there is none.
  func testLoader() throws -> (any BatchSource)?
}

extension DataModule {
  public func validationLoader() throws -> (any BatchSource)? { nil }
  public func testLoader() throws -> (any BatchSource)? { nil }
}

/// Loaders that are ready, as a data module.
public struct DataLoaders: DataModule {
  private let train: any BatchSource
  private let validation: (any BatchSource)?
  private let test: (any BatchSource)?

  public init(train: any BatchSource, validation: (any BatchSource)? = nil, test: (any BatchSource)? = nil) {
    self.train = train
    self.validation = validation
    self.test = test
  }

  public func trainLoader() -> any BatchSource { train }
  public func validationLoader() -> (any BatchSource)? { validation }
  public func testLoader() -> (any BatchSource)? { test }
}
