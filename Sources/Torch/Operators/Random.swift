extension Operators {
  static let rand = Op<Tensor, [Int], Generator?, DType?, Int?, Device?>("aten::rand", "generator")
  static let randn = Op<Tensor, [Int], Generator?, DType?, Int?, Device?>("aten::randn", "generator")
  static let randint = Op<Tensor, Int, Int, [Int], Generator?, DType?, Int?, Device?>(
    "aten::randint", "low_generator")
  static let randperm = Op<Tensor, Int, Generator?, DType?, Int?, Device?>("aten::randperm", "generator")
  static let bernoulliInPlace = Op<Tensor, Tensor, Double, Generator?>("aten::bernoulli_", "float")
  static let uniformInPlace = Op<Tensor, Tensor, Double, Double, Generator?>("aten::uniform_")
  static let normalInPlace = Op<Tensor, Tensor, Double, Double, Generator?>("aten::normal_")
  static let multinomial = Op<Tensor, Tensor, Int, Bool, Generator?>("aten::multinomial")
}

// Without a generator, the device's default one is used; `seedAll` seeds it.
extension Tensor {
  /// Even random numbers from 0 up to, without, 1.
  public static func rand(
    _ shape: [Int], dtype: DType = .default, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    Operators.rand(shape, generator, dtype, nil, device)
  }
  /// Random numbers of mean 0 and standard deviation 1.
  public static func randn(
    _ shape: [Int], dtype: DType = .default, device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    Operators.randn(shape, generator, dtype, nil, device)
  }
  /// Random whole numbers of a range.
  public static func randint(
    _ range: Range<Int>, _ shape: [Int], device: Device = .cpu, generator: Generator? = nil
  ) -> Tensor {
    Operators.randint(range.lowerBound, range.upperBound, shape, generator, .int64, nil, device)
  }
  /// 0 to `count` - 1 in a random order.
  public static func randperm(_ count: Int, device: Device = .cpu, generator: Generator? = nil) -> Tensor {
    Operators.randperm(count, generator, .int64, nil, device)
  }
  /// Sets each element to 1 with a probability, else to 0, in place.
  @discardableResult
  public func bernoulli_(_ probability: Double = 0.5, generator: Generator? = nil) -> Tensor {
    Operators.bernoulliInPlace(self, probability, generator)
  }
  /// Fills with even random numbers of a range, in place.
  @discardableResult
  public func uniform_(_ low: Double = 0, _ high: Double = 1, generator: Generator? = nil) -> Tensor {
    Operators.uniformInPlace(self, low, high, generator)
  }
  /// Fills with normal random numbers, in place.
  @discardableResult
  public func normal_(mean: Double = 0, std: Double = 1, generator: Generator? = nil) -> Tensor {
    Operators.normalInPlace(self, mean, std, generator)
  }
  /// Random indices `[..., count]`, drawn with the weights of the last dimension.
  public func multinomial(_ count: Int, replacement: Bool = false, generator: Generator? = nil) -> Tensor {
    Operators.multinomial(self, count, replacement, generator)
  }
}
