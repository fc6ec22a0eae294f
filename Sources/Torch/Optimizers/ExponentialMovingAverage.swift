/// A running average of a module's weights, which often does better than the weights themselves (Polyak and Juditsky,
/// 1992; Tarvainen and Valpola, "Mean teachers", 2017).
///
/// Parameters and floating-point buffers, such as running means, are averaged; other buffers are copied.
public final class ExponentialMovingAverage {
  /// How much of the average stays at each update, in the long run.
  public let decay: Double

  /// How many updates were made.
  public private(set) var updateCount = 0

  private let module: Module
  private var average: StateDict

  /// Starts with the module's weights as they are.
  ///
  /// - Precondition: `decay` is in 0..<1.
  public init(of module: Module, decay: Double = 0.999) {
    precondition((0..<1).contains(decay), "a decay of \(decay); it must be in 0..<1")
    self.module = module
    self.decay = decay
    average = module.stateDict().copied()
  }

  /// Takes the module's present weights into the average.
  ///
  /// The first updates forget faster, so that the average does not hold on to the initial weights: the decay is at most
  /// `(1 + n) / (10 + n)` at update `n`.
  public func update() {
    updateCount += 1
    let count = Double(updateCount)
    let present = min(decay, (1 + count) / (10 + count))
    let weights = module.stateDict()
    var averages: [Tensor] = []
    var values: [Tensor] = []
    withNoGrad {
      for (name, old) in average {
        guard let new = weights[name] else { continue }
        if old.dtype.isFloatingPoint {
          averages.append(old)
          values.append(new)
        } else {
          old.copy_(new)
        }
      }
      averages.foreachLerp_(values, weight: 1 - present)
    }
  }

  /// Runs `body` while the module has the averaged weights, and gives it its own back.
  public func withAveragedWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
    let own = module.stateDict().copied()
    put(average)
    defer { put(own) }
    return try body()
  }

  private func put(_ weights: StateDict) {
    let targets = module.stateDict()
    withNoGrad { for (name, tensor) in targets { if let source = weights[name] { tensor.copy_(source) } } }
  }

  /// The averaged weights, by the module's own names, and the number of updates as `ema.updates`.
  public func stateDict() -> StateDict {
    var dict = average
    dict["ema.updates"] = Tensor(updateCount)
    return dict
  }

  /// The averaged weights alone: what a module loads.
  public var weights: StateDict { average }

  /// Goes on from a saved average.
  ///
  /// - Throws: ``LoadError``, before anything is changed, for one that is not of this module.
  public func loadStateDict(_ dict: StateDict) throws(LoadError) {
    var report = LoadReport()
    for (name, tensor) in average {
      guard let source = dict[name] else {
        report.missing.append(name)
        continue
      }
      if source.shape != tensor.shape {
        report.misshapen.append(.init(name: name, expected: tensor.shape, found: source.shape))
      }
    }
    report.unexpected = dict.keys.filter { average[$0] == nil && $0 != "ema.updates" }
    let count = dict["ema.updates"]
    if count == nil { report.missing.append("ema.updates") }
    guard report.isClean, let count, count.count == 1 else { throw LoadError(report: report) }
    withNoGrad { for (name, tensor) in average { if let source = dict[name] { tensor.copy_(source) } } }
    updateCount = count.item(Int.self)
  }
}

extension StateDict {
  /// The same names with copies of the tensors, which later training does not change.
  public func copied() -> StateDict {
    var copy = StateDict()
    copy.metadata = metadata
    for (name, tensor) in self { copy[name] = tensor.detach().clone() }
    return copy
  }
}
