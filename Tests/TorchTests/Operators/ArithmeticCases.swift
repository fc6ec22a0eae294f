import Torch

extension OperatorCase {
  static let arithmetic: [OperatorCase] = [
    OperatorCase("add") { $0.a + $0.b },
    OperatorCase("add_broadcast") { $0.a + $0.b[0] },
    OperatorCase("sub_scalar") { $0.a - 2 },
    OperatorCase("rsub") { 1 - $0.a },
    OperatorCase("mul") { $0.a * $0.b },
    OperatorCase("div") { $0.a / $0.p },
    OperatorCase("rdiv") { 2 / $0.p },
    OperatorCase("int_add_float") { $0.i + 0.5 },
    OperatorCase("int_mul") { $0.i * 3 },
    OperatorCase("int_div") { $0.i / 2 },
    OperatorCase("floor_divide") { $0.i.floorDivide(2) },
    OperatorCase("remainder") { $0.i.remainder(3) },
    OperatorCase("neg") { -$0.a },
    OperatorCase("abs") { $0.a.abs() },
    OperatorCase("sign") { $0.a.sign() },
    OperatorCase("exp") { $0.a.exp() },
    OperatorCase("log") { $0.p.log() },
    OperatorCase("log1p") { $0.p.log1p() },
    OperatorCase("log2") { $0.p.log2() },
    OperatorCase("sqrt") { $0.p.sqrt() },
    OperatorCase("rsqrt") { $0.p.rsqrt() },
    OperatorCase("square") { $0.a.square() },
    OperatorCase("reciprocal") { $0.p.reciprocal() },
    OperatorCase("pow") { $0.p.pow(0.3) },
    OperatorCase("pow_tensor") { $0.p.pow($0.a) },
    OperatorCase("sin") { $0.a.sin() },
    OperatorCase("cos") { $0.a.cos() },
    OperatorCase("atan") { $0.a.atan() },
    OperatorCase("atan2") { $0.a.atan2($0.b) },
    OperatorCase("floor") { $0.a.floor() },
    OperatorCase("ceil") { $0.a.ceil() },
    OperatorCase("round") { ($0.a * 2).round() },
    OperatorCase("clamp") { $0.a.clamp(min: -0.5, max: 0.5) },
    OperatorCase("clamp_min") { $0.a.clamp_(min: 0.2) },
    OperatorCase("clamp_tensor") { $0.a.clamp(min: nil, max: $0.b) },
    OperatorCase("lerp") { $0.a.lerp_($0.b, weight: 0.3) },
    OperatorCase("add_scaled") { $0.a.add_($0.b, scale: 2) },
    OperatorCase("addcmul") { $0.a.addcmul_($0.b, $0.p, scale: 0.5) },
    OperatorCase("addcdiv") { $0.a.addcdiv_($0.b, $0.p, scale: 0.5) },
  ]

  static let comparison: [OperatorCase] = [
    OperatorCase("less") { $0.a .< $0.b },
    OperatorCase("equal_scalar") { $0.i .== 5 },
    OperatorCase("greater_equal") { $0.i .>= 2 },
    OperatorCase("and") { $0.m .&& $0.a .> 0 },
    OperatorCase("or") { $0.m .|| $0.a .> 0 },
    OperatorCase("not") { $0.m.logicalNot() },
    OperatorCase("maximum") { $0.a.maximum($0.b) },
    OperatorCase("minimum") { $0.a.minimum($0.b) },
    OperatorCase("finite") { $0.odd.isFinite() },
    OperatorCase("nan") { $0.odd.isNaN() },
    OperatorCase("where") { $0.m.select($0.a, $0.b) },
  ]

  static let reduction: [OperatorCase] = [
    OperatorCase("sum") { $0.a.sum() },
    OperatorCase("sum_dim") { $0.a.sum(dim: 1, keepDim: true) },
    OperatorCase("sum_dims") { $0.x.sum(dims: [0, 2]) },
    OperatorCase("mean") { $0.a.mean() },
    OperatorCase("mean_dim") { $0.x.mean(dim: 1) },
    OperatorCase("prod") { $0.a.prod() },
    OperatorCase("std") { $0.a.std() },
    OperatorCase("std_dims") { $0.x.std(dims: [1, 3], correction: 0, keepDim: true) },
    OperatorCase("var") { $0.a.variance(dims: [0]) },
    OperatorCase("max") { $0.a.max() },
    OperatorCase("min") { $0.a.min() },
    OperatorCase(all: "max_dim") {
      let (values, indices) = $0.a.max(dim: 1)
      return [values, indices]
    },
    OperatorCase(all: "min_dim") {
      let (values, indices) = $0.a.min(dim: 0)
      return [values, indices]
    },
    OperatorCase("amax") { $0.x.amax(dims: [0, 3]) },
    OperatorCase("amin") { $0.x.amin(dims: [1], keepDim: true) },
    OperatorCase("argmax") { $0.a.argmax() },
    OperatorCase("argmax_dim") { $0.a.argmax(dim: 1) },
    OperatorCase("argmin_dim") { $0.a.argmin(dim: 0, keepDim: true) },
    OperatorCase(all: "topk") {
      let (values, indices) = $0.a.topK(2)
      return [values, indices]
    },
    OperatorCase(all: "topk_smallest") {
      let (values, indices) = $0.a.topK(2, dim: 0, largest: false)
      return [values, indices]
    },
    OperatorCase(all: "sort") { [$0.ties.sort().values, $0.ties.argsort()] },
    OperatorCase(all: "sort_descending") {
      [$0.ties.sort(descending: true).values, $0.ties.argsort(descending: true)]
    },
    OperatorCase("cumsum") { $0.a.cumsum(dim: 1) },
    OperatorCase("logsumexp") { $0.a.logSumExp(dim: 1) },
    OperatorCase("all") { $0.m.all() },
    OperatorCase("any") { $0.m.any() },
    OperatorCase("all_dim") { $0.m.all(dim: 1) },
    OperatorCase("any_dim") { $0.m.any(dim: 0) },
    OperatorCase("bincount") { $0.i.abs().flatten().binCount() },
    OperatorCase("bincount_weights") { $0.k.binCount(weights: $0.p[0, 0..<3], count: 5) },
    OperatorCase("norm") { $0.a.norm() },
    OperatorCase("norm_1") { $0.a.norm(1, dims: [1]) },
    OperatorCase(all: "unique") {
      let (values, inverse, counts) = $0.i.unique()
      return [values, inverse, counts]
    },
  ]
}
