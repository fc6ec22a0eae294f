import Torch

extension OperatorCase {
  static let linearAlgebra: [OperatorCase] = [
    OperatorCase("matmul") { $0.a.matmul($0.b.mT) },
    OperatorCase("matmul_batch") { $0.x.matmul($0.x.mT) },
    OperatorCase("bmm") { $0.x[0].bmm($0.x[1].mT) },
    OperatorCase("linear") { $0.a.linear($0.b, bias: $0.p[.all, 0]) },
    OperatorCase("einsum") { Tensor.einsum("ij,kj->ik", [$0.a, $0.b]) },
    OperatorCase("outer") { $0.a[0].outer($0.b[1]) },
    OperatorCase("tril") { $0.a.tril(-1) },
    OperatorCase("triu") { $0.a.triu(1) },
    OperatorCase("diagonal") { $0.x.diagonal(offset: 1, dims: (2, 3)) },
    OperatorCase("cdist") { $0.a.cdist($0.b) },
    OperatorCase("svd_values") { $0.a.svd().s },
    OperatorCase("eigh_values") { $0.s.eigh().values },
    OperatorCase("inverse") { $0.s.inverse() },
    OperatorCase("solve") { $0.s.solve($0.a.mT) },
    OperatorCase("embedding") { $0.k.embedding($0.a) },
    OperatorCase("attention") {
      Tensor.scaledDotProductAttention($0.x, $0.x + 1, $0.x * 2, isCausal: true, scale: 0.3)
    },
  ]

  static let images: [OperatorCase] = [
    OperatorCase("conv2d") { $0.x.conv2d($0.w, bias: $0.p[0], stride: 2, padding: 1) },
    OperatorCase("conv2d_sides") { $0.x.conv2d($0.w, stride: (1, 2), padding: (0, 1)) },
    OperatorCase("conv1d") { $0.x[0].conv1d($0.w[.all, .all, 0, ..<2].tile(1, 2, 1)) },
    OperatorCase("unfold") { $0.x.unfold(kernel: 2, stride: 2) },
    OperatorCase("conv_transpose2d") { $0.x.convTranspose2d($0.w[..<3], stride: 2) },
    OperatorCase("max_pool") { $0.x.maxPool2d(2) },
    OperatorCase("avg_pool") { $0.x.avgPool2d(3, stride: 1, padding: 1, countIncludePad: false) },
    OperatorCase("adaptive_max_pool") { $0.x.adaptiveMaxPool2d(2, 3) },
    OperatorCase("adaptive_avg_pool") { $0.x.adaptiveAvgPool2d(1, 1) },
    OperatorCase("normalize") { $0.x.normalize() },
    OperatorCase("layer_norm") { $0.x.layerNorm([5]) },
    OperatorCase("bilinear") { $0.x.interpolate(height: 4, width: 9) },
    OperatorCase("bilinear_aa") { $0.x.interpolate(height: 3, width: 2, antialias: true) },
    OperatorCase("bicubic") { $0.x.interpolate(height: 4, width: 9, mode: .bicubic) },
    OperatorCase("bicubic_aa") { $0.x.interpolate(height: 3, width: 2, mode: .bicubic, antialias: true) },
    OperatorCase("nearest") { $0.x.interpolate(height: 4, width: 9, mode: .nearest) },
    OperatorCase("pad") { $0.x.pad([1, 2, 0, 1], value: 0.5) },
    OperatorCase("pad_reflect") { $0.x.pad([1, 2, 0, 1], mode: .reflect) },
    OperatorCase("pixel_shuffle") { $0.x.tile(1, 4, 1, 1).pixelShuffle(2) },
    OperatorCase("grid_sample") { $0.u.gridSample($0.theta.affineGrid(size: [1, 3, 4, 4])) },
  ]

  static let activations: [OperatorCase] = [
    OperatorCase("softmax") { $0.a.softmax(dim: 1) },
    OperatorCase("log_softmax") { $0.a.logSoftmax(dim: 0) },
    OperatorCase("softplus") { $0.a.softplus() },
    OperatorCase("log_sigmoid") { ($0.a * 50).logSigmoid() },
    OperatorCase("elu") { $0.a.elu(0.5) },
    OperatorCase("hardsigmoid") { ($0.a * 4).hardsigmoid() },
    OperatorCase("erf") { $0.a.erf() },
  ]
}
