import Torch

extension OperatorCase {
  static let shaping: [OperatorCase] = [
    OperatorCase("permute") { $0.x.permute(0, 2, 3, 1) },
    OperatorCase("transpose") { $0.a.mT },
    OperatorCase("movedim") { $0.x.moveDim(1, to: -1) },
    OperatorCase("squeeze") { $0.a[.newAxis, .all, .newAxis].squeeze() },
    OperatorCase("expand") { $0.a[.all, .newAxis].expand(-1, 2, -1) },
    OperatorCase("tile") { $0.a.tile(2, 3) },
    OperatorCase("repeat_interleave") { $0.a.repeatInterleave(2, dim: 1) },
    OperatorCase("cat") { Tensor.cat([$0.a, $0.b], dim: 1) },
    OperatorCase("stack") { Tensor.stack([$0.a, $0.b], dim: 1) },
    OperatorCase(all: "split") { $0.x.split(2, dim: 1) },
    OperatorCase(all: "split_sizes") { $0.a.split([1, 3], dim: 1) },
    OperatorCase(all: "chunk") { $0.a.chunk(3, dim: 1) },
    OperatorCase(all: "unbind") { $0.a.unbind() },
    OperatorCase("flip") { $0.x.flip(0, 3) },
    OperatorCase("roll") { $0.a.roll(1, dim: 1) },
    OperatorCase("rot90") { $0.x.rot90() },
    OperatorCase("narrow") { $0.a.narrow(dim: 1, start: 1, length: 2) },
    OperatorCase(all: "meshgrid") { Tensor.meshgrid([$0.a[0], $0.ties]) },
    OperatorCase("flatten") { $0.x.flatten(from: 1, to: 2) },
  ]

  static let indexing: [OperatorCase] = [
    OperatorCase("select") { $0.x[1] },
    OperatorCase("negative") { $0.a[.ellipsis, -1] },
    OperatorCase("slice") { $0.x[0..., 1..<3] },
    OperatorCase("until") { $0.a[..<2] },
    OperatorCase("from") { $0.a[1...2] },
    OperatorCase("step") { $0.a[.all, .every(2)] },
    OperatorCase("mixed") { $0.x[0, 1..., .ellipsis, 2] },
    OperatorCase("new_axis") { $0.a[.all, .newAxis] },
    OperatorCase("new_axis_end") { $0.a[.ellipsis, .newAxis] },
    OperatorCase("mask") { $0.a[$0.m] },
    OperatorCase("mask_rows") { $0.a[$0.k .> 0] },
    OperatorCase("index") { $0.a[$0.k] },
    OperatorCase("index_second") { $0.a[.all, $0.k] },
    OperatorCase("index_both") { $0.a[$0.k, $0.k] },
    OperatorCase("index_2d") { $0.a[Tensor.stack([$0.k, $0.k])] },
    OperatorCase("set_row") { $0.a.changed { $0[1] = 7.0 } },
    OperatorCase("set_mask") { inputs in inputs.a.changed { $0[inputs.m] = 0.0 } },
    OperatorCase("set_index") { inputs in inputs.a.changed { $0[.all, inputs.k] = inputs.b[.all, ..<3] } },
    OperatorCase("set_slice") { $0.a.changed { $0[1..<3, 0..<2] = -1.0 } },
    OperatorCase("index_select") { $0.a.indexSelect(dim: 1, $0.k) },
    OperatorCase("index_add") { $0.a.indexAdd_(dim: 0, $0.k, $0.b) },
    OperatorCase("gather") { $0.a.gather(dim: 1, $0.k.unsqueeze(1)) },
    OperatorCase("scatter") { $0.a.scatter_(dim: 1, $0.k.unsqueeze(1), $0.b) },
    OperatorCase("scatter_value") { $0.a.scatter_(dim: 1, $0.k.unsqueeze(1), value: 9) },
    OperatorCase("masked_fill") { $0.a.maskedFill($0.m, -1) },
    OperatorCase("masked_select") { $0.a.maskedSelect($0.m) },
    OperatorCase("nonzero") { $0.m.nonzero() },
    OperatorCase("one_hot") { $0.k.oneHot(classes: 4) },
  ]

  static let creation: [OperatorCase] = [
    OperatorCase("arange") { _ in .arange(1, 8, step: 2) },
    OperatorCase("arange_float") { _ in .arange(0, 1, step: 0.25) },
    OperatorCase("linspace") { _ in .linspace(-1, 1, count: 5) },
    OperatorCase("eye") { _ in .eye(3) },
    OperatorCase("full") { _ in .full([2, 2], 1.5) },
    OperatorCase("to_int") { ($0.a * 3).to(.int32) },
    OperatorCase("to_bool") { $0.i.to(.bool) },
  ]

  static let random: [OperatorCase] = [
    OperatorCase("rand") { _ in .rand([3, 5], generator: Generator(seed: 9)) },
    OperatorCase("randn") { _ in .randn([4, 5], generator: Generator(seed: 9)) },
    OperatorCase("randint") { _ in .randint(-3..<10, [7], generator: Generator(seed: 9)) },
    OperatorCase("randperm") { _ in .randperm(11, generator: Generator(seed: 9)) },
    OperatorCase("bernoulli") { _ in .empty([20]).bernoulli_(0.3, generator: Generator(seed: 9)) },
    OperatorCase("uniform") { _ in .empty([5]).uniform_(-2, 2, generator: Generator(seed: 9)) },
    OperatorCase("normal") { _ in .empty([20]).normal_(mean: 1, std: 3, generator: Generator(seed: 9)) },
    OperatorCase("multinomial") { $0.p.multinomial(2, generator: Generator(seed: 9)) },
  ]
}
