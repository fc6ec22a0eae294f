import Torch

/// The positions of a grid of patches, made to fit another grid.
enum PositionEmbedding {
  /// Interpolates positions to another grid of patches, bicubically.
  ///
  /// - Parameters:
  ///   - positions: `[1, prefix + side · side, width]`; the first `prefix` belong to no patch and stay as they are.
  ///   - antialias: as timm does when it loads weights; transformers mostly does not.
  /// - Returns: `[1, prefix + rows · columns, width]`.
  static func resample(
    _ positions: Tensor, prefix: Int, rows: Int, columns: Int, antialias: Bool
  ) -> Tensor {
    let side = sideOfGrid(positions.shape[1] - prefix)
    guard side > 0, rows != side || columns != side else { return positions }
    let width = positions.shape[2]
    let grid = positions[.all, prefix...].reshape(1, side, side, width).permute(0, 3, 1, 2)
    // In float32 also where the rest is bfloat16, whose few digits would move them.
    let isDouble = grid.dtype == .float64
    let fitted = (isDouble ? grid : grid.to(.float32))
      .interpolate(height: rows, width: columns, mode: .bicubic, antialias: antialias)
      .to(positions.dtype).permute(0, 2, 3, 1).reshape(1, rows * columns, width)
    return Tensor.cat([positions[.all, ..<prefix], fitted], dim: 1)
  }

  /// The side of a square of so many patches; 0 where they make no square.
  static func sideOfGrid(_ patches: Int) -> Int {
    let side = Int(Double(max(patches, 0)).squareRoot().rounded())
    return side * side == patches ? side : 0
  }
}
