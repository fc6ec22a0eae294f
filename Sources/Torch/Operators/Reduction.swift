extension Operators {
  static let sum = Op<Tensor, Tensor, DType?>("aten::sum")
  static let sumDims = Op<Tensor, Tensor, [Int], Bool, DType?>("aten::sum", "dim_IntList")
  static let mean = Op<Tensor, Tensor, DType?>("aten::mean")
  static let meanDims = Op<Tensor, Tensor, [Int], Bool, DType?>("aten::mean", "dim")
  static let prod = Op<Tensor, Tensor, DType?>("aten::prod")
  static let std = Op<Tensor, Tensor, [Int]?, Scalar?, Bool>("aten::std", "correction")
  static let variance = Op<Tensor, Tensor, [Int]?, Scalar?, Bool>("aten::var", "correction")
  static let max = Op<Tensor, Tensor>("aten::max")
  static let min = Op<Tensor, Tensor>("aten::min")
  static let maxDim = Op<(Tensor, Tensor), Tensor, Int, Bool>("aten::max", "dim")
  static let minDim = Op<(Tensor, Tensor), Tensor, Int, Bool>("aten::min", "dim")
  static let amax = Op<Tensor, Tensor, [Int], Bool>("aten::amax")
  static let amin = Op<Tensor, Tensor, [Int], Bool>("aten::amin")
  static let argmax = Op<Tensor, Tensor, Int?, Bool>("aten::argmax")
  static let argmin = Op<Tensor, Tensor, Int?, Bool>("aten::argmin")
  static let topk = Op<(Tensor, Tensor), Tensor, Int, Int, Bool, Bool>("aten::topk")
  static let searchSorted = Op<Tensor, Tensor, Tensor, Bool, Bool>("aten::searchsorted", "Tensor")
  static let sort = Op<(Tensor, Tensor), Tensor, Bool?, Int, Bool>("aten::sort", "stable")
  static let cumsum = Op<Tensor, Tensor, Int, DType?>("aten::cumsum")
  static let logsumexp = Op<Tensor, Tensor, [Int], Bool>("aten::logsumexp")
  static let all = Op<Tensor, Tensor>("aten::all")
  static let any = Op<Tensor, Tensor>("aten::any")
  static let allDim = Op<Tensor, Tensor, Int, Bool>("aten::all", "dim")
  static let anyDim = Op<Tensor, Tensor, Int, Bool>("aten::any", "dim")
  static let bincount = Op<Tensor, Tensor, Tensor?, Int>("aten::bincount")
  static let vectorNorm = Op<Tensor, Tensor, Scalar, [Int]?, Bool>("aten::linalg_vector_norm")
  static let unique = Op<(Tensor, Tensor, Tensor), Tensor, Bool, Bool, Bool>("aten::_unique2")
}

extension Tensor {
  /// The sum of all elements.
  public func sum() -> Tensor { Operators.sum(self, nil) }
  /// Sums along a dimension.
  public func sum(dim: Int, keepDim: Bool = false) -> Tensor { Operators.sumDims(self, [dim], keepDim, nil) }
  /// Sums along dimensions.
  public func sum(dims: [Int], keepDim: Bool = false) -> Tensor { Operators.sumDims(self, dims, keepDim, nil) }
  /// The mean of all elements.
  public func mean() -> Tensor { Operators.mean(self, nil) }
  /// Means along a dimension.
  public func mean(dim: Int, keepDim: Bool = false) -> Tensor { Operators.meanDims(self, [dim], keepDim, nil) }
  /// Means along dimensions.
  public func mean(dims: [Int], keepDim: Bool = false) -> Tensor { Operators.meanDims(self, dims, keepDim, nil) }
  /// The product of all elements.
  public func prod() -> Tensor { Operators.prod(self, nil) }
  /// The standard deviation; `correction` 1 is Bessel's, 0 is for a whole population.
  public func std(dims: [Int]? = nil, correction: Int = 1, keepDim: Bool = false) -> Tensor {
    Operators.std(self, dims, .int(correction), keepDim)
  }
  /// The variance; `correction` 1 is Bessel's, 0 is for a whole population.
  public func variance(dims: [Int]? = nil, correction: Int = 1, keepDim: Bool = false) -> Tensor {
    Operators.variance(self, dims, .int(correction), keepDim)
  }
  /// The largest element.
  public func max() -> Tensor { Operators.max(self) }
  /// The smallest element.
  public func min() -> Tensor { Operators.min(self) }
  /// The largest values along a dimension, and where they are.
  public func max(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    Operators.maxDim(self, dim, keepDim)
  }
  /// The smallest values along a dimension, and where they are.
  public func min(dim: Int, keepDim: Bool = false) -> (values: Tensor, indices: Tensor) {
    Operators.minDim(self, dim, keepDim)
  }
  /// The largest values along dimensions.
  public func amax(dims: [Int], keepDim: Bool = false) -> Tensor { Operators.amax(self, dims, keepDim) }
  /// The smallest values along dimensions.
  public func amin(dims: [Int], keepDim: Bool = false) -> Tensor { Operators.amin(self, dims, keepDim) }
  /// Where the largest value is: along a dimension, or among all elements.
  public func argmax(dim: Int? = nil, keepDim: Bool = false) -> Tensor { Operators.argmax(self, dim, keepDim) }
  /// Where the smallest value is: along a dimension, or among all elements.
  public func argmin(dim: Int? = nil, keepDim: Bool = false) -> Tensor { Operators.argmin(self, dim, keepDim) }
  /// The `count` largest values along a dimension, best first, and where they are.
  public func topK(_ count: Int, dim: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    Operators.topk(self, count, dim, largest, true)
  }
  /// Sorted along a dimension, equal ones in their old order, and where each was.
  public func sort(dim: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    Operators.sort(self, true, dim, descending)
  }
  /// The places of the elements in sorted order along a dimension.
  public func argsort(dim: Int = -1, descending: Bool = false) -> Tensor {
    sort(dim: dim, descending: descending).indices
  }
  /// Where each of `values` would go in this sorted tensor: before the elements equal to it, or after them (`right`).
  public func searchSorted(_ values: Tensor, right: Bool = false) -> Tensor {
    Operators.searchSorted(self, values, false, right)
  }
  /// Running sums along a dimension.
  public func cumsum(dim: Int) -> Tensor { Operators.cumsum(self, dim, nil) }
  /// The logarithm of the sum of exponentials along a dimension.
  public func logSumExp(dim: Int, keepDim: Bool = false) -> Tensor { Operators.logsumexp(self, [dim], keepDim) }
  /// Whether all elements are true (not zero).
  public func all() -> Tensor { Operators.all(self) }
  /// Whether any element is true (not zero).
  public func any() -> Tensor { Operators.any(self) }
  /// Whether all elements along a dimension are true.
  public func all(dim: Int, keepDim: Bool = false) -> Tensor { Operators.allDim(self, dim, keepDim) }
  /// Whether any element along a dimension is true.
  public func any(dim: Int, keepDim: Bool = false) -> Tensor { Operators.anyDim(self, dim, keepDim) }
  /// How often each whole number from 0 up occurs in a tensor `[N]`, at least `count` of them; weighted if asked.
  public func binCount(weights: Tensor? = nil, count: Int = 0) -> Tensor { Operators.bincount(self, weights, count) }
  /// The p-norm of all elements, or along dimensions.
  public func norm(_ p: Double = 2, dims: [Int]? = nil, keepDim: Bool = false) -> Tensor {
    Operators.vectorNorm(self, .double(p), dims, keepDim)
  }
  /// The different values, sorted; for each element which of them it is; and how often each occurs.
  public func unique() -> (values: Tensor, inverse: Tensor, counts: Tensor) { Operators.unique(self, true, true, true) }
}
