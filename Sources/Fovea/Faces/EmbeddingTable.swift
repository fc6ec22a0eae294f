import Torch

/// Embeddings to compare a query with: roughly with all, exactly with those that matter.
///
/// A product with every row takes as long as reading the rows from memory does. Rounded to bytes, there is a quarter as much to
/// read; and as it is known how far each row moved, so is what its similarity to a query is at most.
struct EmbeddingTable: Sendable {
  /// `[N, D]`, float32, each of length 1.
  let rows: Tensor
  private let rounded: RoundedRows?

  /// How many rows it takes until rounding them pays.
  static let manyRows = 10_000

  /// - Parameter rounds: whether the rows are kept rounded, too; nil leaves it to their number.
  init(_ rows: Tensor, rounds: Bool? = nil) {
    self.rows = rows
    rounded = rounds ?? (rows.shape[0] >= Self.manyRows) ? RoundedRows(rows) : nil
  }

  /// What the similarity of each row to a query is at most, `[N]`.
  ///
  /// - Parameter query: `[D]`, float32, of length 1.
  func upperBounds(for query: Tensor) -> Tensor {
    withNoGrad {
      if let rounded { return rounded.upperBounds(for: query) }
      return rows.matmul(query) + RoundedRows.summation(rows.shape[1])
    }
  }

  /// The similarities of rows to a query, in double precision: equal rows have equal ones.
  func similarities(of places: Tensor, to query: Tensor) -> [Double] {
    // In pieces, as in the worst case these are all rows.
    withNoGrad {
      places.split(4096).flatMap { piece in
        (rows.indexSelect(dim: 0, piece).to(.float64) * query.to(.float64)).sum(dims: [1]).array(Double.self)
      }
    }
  }
}

/// Rows as bytes times a scale each.
private struct RoundedRows: Sendable {
  /// `[N, D']`, int8: the kernel reads blocks of ``block``, so rows end with zeros.
  private let values: Tensor
  /// `[N]`, bfloat16.
  private let scales: Tensor
  /// How far a product can be from the true one, whatever the query: `[N]`, float32.
  private let errors: Tensor

  private static let block = 64
  /// Queries `[M, D']`, values and scales to `[M, N]`, in bfloat16.
  private static let product = Op<Tensor, Tensor, Tensor, Tensor>("aten::_weight_int8pack_mm")

  /// What rounding the sums of so many products in float32 makes of vectors of length 1, at most.
  static func summation(_ count: Int) -> Double { Double(count) * 0x1p-22 + 1e-6 }

  init(_ rows: Tensor) {
    let width = rows.shape[1]
    var (values, scales, errors) = ([Tensor](), [Tensor](), [Tensor]())
    withNoGrad {
      for piece in rows.split(1024) {
        let scale = (piece.abs().amax(dims: [1]) / 127).to(.bfloat16)
        let factor = scale.to(.float32).unsqueeze(1)
        let whole = (piece / factor).round().clamp(min: -127, max: 127)
        // The query moves too when it becomes bfloat16: by 1/256 of its length at most.
        let moved = (piece - whole * factor).norm(dims: [1])
        errors.append(moved * 1.005 + (0x1.02p-8 + Self.summation(width)))
        values.append(Self.padded(whole.to(.int8)))
        scales.append(scale)
      }
    }
    self.values = Tensor.cat(values)
    self.scales = Tensor.cat(scales)
    self.errors = Tensor.cat(errors)
  }

  func upperBounds(for query: Tensor) -> Tensor {
    let products = Self.product(Self.padded(query.to(.bfloat16).unsqueeze(0)), values, scales)[0].to(.float32)
    // The product itself was rounded to bfloat16.
    return products + products.abs() * 0x1p-7 + errors
  }

  private static func padded(_ rows: Tensor) -> Tensor {
    let missing = (block - rows.shape[1] % block) % block
    return missing == 0 ? rows.contiguous() : rows.pad([0, missing])
  }
}
