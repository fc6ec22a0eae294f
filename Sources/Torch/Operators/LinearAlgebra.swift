extension Operators {
  static let matmul = Op<Tensor, Tensor, Tensor>("aten::matmul")
  static let bmm = Op<Tensor, Tensor, Tensor>("aten::bmm")
  static let linear = Op<Tensor, Tensor, Tensor, Tensor?>("fovea::linear")
  static let einsum = Op<Tensor, String, [Tensor]>("aten::einsum")
  static let outer = Op<Tensor, Tensor, Tensor>("aten::outer")
  static let tril = Op<Tensor, Tensor, Int>("aten::tril")
  static let triu = Op<Tensor, Tensor, Int>("aten::triu")
  static let diagonal = Op<Tensor, Tensor, Int, Int, Int>("aten::diagonal")
  static let cdist = Op<Tensor, Tensor, Tensor, Double, Int?>("aten::cdist")
  static let qr = Op<(Tensor, Tensor), Tensor, String>("aten::linalg_qr")
  static let svd = Op<(Tensor, Tensor, Tensor), Tensor, Bool>("aten::linalg_svd")
  static let eigh = Op<(Tensor, Tensor), Tensor, String>("aten::linalg_eigh")
  static let inverse = Op<Tensor, Tensor>("aten::linalg_inv")
  static let solve = Op<Tensor, Tensor, Tensor, Bool>("aten::linalg_solve")
  static let embedding = Op<Tensor, Tensor, Tensor, Int>("aten::embedding")
}

extension Tensor {
  /// The matrix product over the last two dimensions; the others are broadcast.
  public func matmul(_ other: Tensor) -> Tensor { Operators.matmul(self, other) }
  /// The matrix products of two batches `[N, A, B]` and `[N, B, C]`.
  public func bmm(_ other: Tensor) -> Tensor { Operators.bmm(self, other) }
  /// `x Wᵀ + b` over the last dimension: `[..., I]` with a weight `[O, I]` and a bias `[O]` gives `[..., O]`.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor { Operators.linear(self, weight, bias) }
  /// Einstein's sum convention: `Tensor.einsum("bij,bjk->bik", [a, b])`.
  public static func einsum(_ equation: String, _ tensors: [Tensor]) -> Tensor { Operators.einsum(equation, tensors) }
  /// Every product of an element of `[N]` and one of `[M]`: `[N, M]`.
  public func outer(_ other: Tensor) -> Tensor { Operators.outer(self, other) }
  /// The lower triangle of the last two dimensions; the rest is zero.
  public func tril(_ diagonal: Int = 0) -> Tensor { Operators.tril(self, diagonal) }
  /// The upper triangle of the last two dimensions; the rest is zero.
  public func triu(_ diagonal: Int = 0) -> Tensor { Operators.triu(self, diagonal) }
  /// The diagonal of two dimensions, without copying.
  public func diagonal(offset: Int = 0, dims: (Int, Int) = (0, 1)) -> Tensor {
    Operators.diagonal(self, offset, dims.0, dims.1)
  }
  /// The p-norm distances between the rows of `[..., N, D]` and those of `[..., M, D]`: `[..., N, M]`.
  public func cdist(_ other: Tensor, p: Double = 2) -> Tensor { Operators.cdist(self, other, p, nil) }
  /// An orthonormal `q` and an upper triangular `r` whose product this is.
  public func qr() -> (q: Tensor, r: Tensor) { Operators.qr(self, "reduced") }
  /// Singular values, largest first, with their vectors: `u * s.diag * vᵀ`; `vh` is `vᵀ`.
  public func svd() -> (u: Tensor, s: Tensor, vh: Tensor) { Operators.svd(self, false) }
  /// Eigenvalues, smallest first, and eigenvectors (columns) of a symmetric matrix.
  public func eigh() -> (values: Tensor, vectors: Tensor) { Operators.eigh(self, "L") }
  /// The inverse of a matrix.
  public func inverse() -> Tensor { Operators.inverse(self) }
  /// The `x` for which this matrix times `x` is `right`.
  public func solve(_ right: Tensor) -> Tensor { Operators.solve(self, right, true) }
  /// The rows of a table `[V, D]` that the whole numbers of this tensor name: `[...]` gives `[..., D]`.
  ///
  /// - Parameter paddingIndex: a row that never gets a gradient; -1 for none.
  public func embedding(_ table: Tensor, paddingIndex: Int = -1) -> Tensor {
    Operators.embedding(table, self, paddingIndex)
  }
}
