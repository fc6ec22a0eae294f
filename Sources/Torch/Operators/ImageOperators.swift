extension Operators {
  static let upsampleNearest2d = Op<Tensor, Tensor, [Int]?, [Double]?>("aten::upsample_nearest2d", "vec")
  static let upsampleNearestExact2d = Op<Tensor, Tensor, [Int]?, [Double]?>("aten::_upsample_nearest_exact2d", "vec")
  static let upsampleLanczos2dAA = Op<Tensor, Tensor, [Int]?, Bool, [Double]?>("aten::_upsample_lanczos2d_aa", "vec")
  static let upsampleBilinear2d = Op<Tensor, Tensor, [Int]?, Bool, [Double]?>("aten::upsample_bilinear2d", "vec")
  static let upsampleBicubic2d = Op<Tensor, Tensor, [Int]?, Bool, [Double]?>("aten::upsample_bicubic2d", "vec")
  static let upsampleBilinear2dAA = Op<Tensor, Tensor, [Int]?, Bool, [Double]?>(
    "aten::_upsample_bilinear2d_aa", "vec")
  static let upsampleBicubic2dAA = Op<Tensor, Tensor, [Int]?, Bool, [Double]?>("aten::_upsample_bicubic2d_aa", "vec")
  static let pad = Op<Tensor, Tensor, [Int], String, Double?>("aten::pad")
  static let gridSample = Op<Tensor, Tensor, Tensor, Int, Int, Bool>("aten::grid_sampler")
  static let affineGrid = Op<Tensor, Tensor, [Int], Bool>("aten::affine_grid_generator")
  static let pixelShuffle = Op<Tensor, Tensor, Int>("aten::pixel_shuffle")
}

/// How pixels between the old ones are made.
public enum Interpolation: String, Sendable, CaseIterable {
  case nearest, bilinear, bicubic
}

/// What lies outside an image.
public enum PaddingMode: String, Sendable {
  case constant, reflect, replicate, circular
}

extension Tensor {
  /// Images `[N, C, H, W]` in another size.
  ///
  /// - Parameters:
  ///   - antialias: averages over all old pixels under a new one, as Pillow does; matters when images get smaller.
  ///   - alignCorners: takes the corner pixels' centres, not the images' edges, as fixed.
  public func interpolate(
    height: Int, width: Int, mode: Interpolation = .bilinear, antialias: Bool = false, alignCorners: Bool = false
  ) -> Tensor {
    switch (mode, antialias) {
    case (.nearest, _): Operators.upsampleNearest2d(self, [height, width], nil)
    case (.bilinear, false): Operators.upsampleBilinear2d(self, [height, width], alignCorners, nil)
    case (.bicubic, false): Operators.upsampleBicubic2d(self, [height, width], alignCorners, nil)
    case (.bilinear, true): Operators.upsampleBilinear2dAA(self, [height, width], alignCorners, nil)
    case (.bicubic, true): Operators.upsampleBicubic2dAA(self, [height, width], alignCorners, nil)
    }
  }

  /// Images `[N, C, H, W]` in another size, each pixel the old one whose centre is nearest to its own: Pillow's nearest.
  /// ``Interpolation/nearest`` is OpenCV's, which takes the one whose upper left corner is.
  public func interpolateNearestExact(height: Int, width: Int) -> Tensor {
    Operators.upsampleNearestExact2d(self, [height, width], nil)
  }

  /// Images `[N, C, H, W]` in another size, with a Lanczos window of 3 pixels, antialiased.
  public func interpolateLanczos(height: Int, width: Int) -> Tensor {
    Operators.upsampleLanczos2dAA(self, [height, width], false, nil)
  }

  /// With a border around the last dimensions; sizes are given last dimension first: (left, right, top, bottom).
  public func pad(_ sizes: [Int], mode: PaddingMode = .constant, value: Double = 0) -> Tensor {
    Operators.pad(self, sizes, mode.rawValue, mode == .constant ? value : nil)
  }

  /// Images `[N, C, H, W]` sampled at the points `[N, H', W', 2]` (x, y from -1 to 1); outside is zero.
  public func gridSample(_ grid: Tensor, mode: Interpolation = .bilinear, alignCorners: Bool = false) -> Tensor {
    let code =
      switch mode {
      case .bilinear: 0
      case .nearest: 1
      case .bicubic: 2
      }
    return Operators.gridSample(self, grid, code, 0, alignCorners)
  }

  /// The points that `[N, 2, 3]` affine matrices move the pixels of images of `size` `[N, C, H, W]` to.
  public func affineGrid(size: [Int], alignCorners: Bool = false) -> Tensor {
    Operators.affineGrid(self, size, alignCorners)
  }

  /// `[N, C·r², H, W]` rearranged to `[N, C, H·r, W·r]`.
  public func pixelShuffle(_ factor: Int) -> Tensor { Operators.pixelShuffle(self, factor) }
}
