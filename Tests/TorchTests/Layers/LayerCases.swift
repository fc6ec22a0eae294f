import Foundation
import Testing
import Torch

/// A layer as Tests/Reference/layers.py builds and runs it.
struct LayerCase: Sendable, CustomTestStringConvertible {
  let name: String
  let isTraining: Bool
  let make: @Sendable () -> Module
  let run: @Sendable (Module, [Tensor]) throws -> [Tensor]

  var testDescription: String { name }

  /// A layer of one tensor.
  init(_ name: String, isTraining: Bool = true, _ make: @autoclosure @escaping @Sendable () -> Layer) {
    self.init(name, isTraining: isTraining, module: make()) { layer, x in [layer(x[0])] }
  }

  /// A module that is run in its own way.
  init<M: Module>(
    _ name: String, isTraining: Bool = true, module: @autoclosure @escaping @Sendable () -> M,
    run: @escaping @Sendable (M, [Tensor]) -> [Tensor]
  ) {
    self.name = name
    self.isTraining = isTraining
    make = module
    self.run = { try run(#require($0 as? M), $1) }
  }

  static let withWeights: [LayerCase] = [
    LayerCase("linear", Linear(5, 3)),
    LayerCase("linear_without_bias", Linear(5, 3, bias: false)),
    LayerCase("conv2d", Conv2d(4, 6, kernel: 3, stride: 2, padding: 1, groups: 2)),
    LayerCase("conv2d_dilated", Conv2d(3, 2, kernel: 3, padding: 2, dilation: 2, bias: false)),
    LayerCase(
      "conv_transpose2d", ConvTranspose2d(4, 6, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2)),
    LayerCase("batch_norm2d", BatchNorm2d(3, eps: 1e-3, momentum: 0.3)),
    LayerCase("batch_norm2d_eval", isTraining: false, BatchNorm2d(3)),
    LayerCase("layer_norm", LayerNorm(6)),
    LayerCase("layer_norm_2d", LayerNorm([3, 4], eps: 1e-2)),
    LayerCase("group_norm", GroupNorm(groups: 2, channels: 4)),
    LayerCase("embedding", Embedding(10, 4, paddingIndex: 2)),
    LayerCase("lstm", module: LSTM(3, 4)) { lstm, x in
      let (output, state) = lstm(x[0])
      return [output, state.hidden, state.cell]
    },
    LayerCase("lstm_deep", module: LSTM(3, 4, layers: 2, isBidirectional: true, isBatchFirst: true)) { lstm, x in
      let (output, state) = lstm(x[0], state: LSTM.State(hidden: x[1], cell: x[2]))
      return [output, state.hidden, state.cell]
    },
    LayerCase("attention", module: MultiHeadAttention(8, heads: 2)) { attention, x in [attention(x[0])] },
    LayerCase("attention_causal", module: MultiHeadAttention(8, heads: 2)) { attention, x in
      [attention(x[0], isCausal: true)]
    },
    LayerCase("attention_cross", module: MultiHeadAttention(8, heads: 2)) { attention, x in
      [attention(query: x[0], key: x[1], value: x[2], mask: x[3])]
    },
    LayerCase("prelu", PReLU(channels: 3)),
  ]

  static let withoutWeights: [LayerCase] = [
    LayerCase("max_pool", MaxPool2d(3, stride: 2, padding: 1, ceilMode: true)),
    LayerCase("avg_pool", AvgPool2d(2, stride: 2, padding: 1)),
    LayerCase("adaptive_avg_pool", AdaptiveAvgPool2d(3, 2)),
    LayerCase("upsample_nearest", Upsample(scale: 2)),
    LayerCase("upsample_bilinear", Upsample(scale: 3, mode: .bilinear)),
    LayerCase("upsample_aligned", Upsample(scale: 2, mode: .bicubic, alignCorners: true)),
    LayerCase("relu", ReLU()),
    LayerCase("relu6", module: ReLU6()) { layer, x in [layer(4 * x[0])] },
    LayerCase("leaky_relu", LeakyReLU(0.2)),
    LayerCase("gelu", GELU()),
    LayerCase("gelu_tanh", GELU(tanh: true)),
    LayerCase("silu", SiLU()),
    LayerCase("hardswish", Hardswish()),
    LayerCase("sigmoid", Sigmoid()),
    LayerCase("tanh", Tanh()),
    LayerCase("flatten", Flatten()),
  ]

  /// Those that draw random numbers when they run.
  static let random: [LayerCase] = [
    LayerCase("dropout", Dropout(0.3)),
    LayerCase("drop_path", DropPath(0.4)),
  ]
}

/// What PyTorch computed.
struct LayerReference {
  let tensors: StateDict

  init() throws {
    let folder = try #require(Bundle.module.resourceURL)
    tensors = try StateDict(contentsOf: folder.appending(path: "Fixtures/layers.safetensors"))
  }

  /// The tensor of a name.
  func tensor(_ name: String) throws -> Tensor { try #require(tensors[name], "the fixture lacks \(name)") }

  /// The tensors of a case and kind, by the rest of their names.
  func group(_ name: String, _ kind: String) -> StateDict {
    let prefix = "\(name)/\(kind)."
    return tensors.mapKeys { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
  }

  /// The inputs or outputs of a case, in order.
  func list(_ name: String, _ kind: String) -> [Tensor] { group(name, kind).map { $0.value.clone() } }
}

/// Whether two tensors have the same shape and, but for rounding, the same elements; says where they differ most.
func expectClose(
  _ found: Tensor, _ expected: Tensor, _ what: String, within tolerance: Double = 2e-5,
  at location: SourceLocation = #_sourceLocation
) {
  guard found.shape == expected.shape else {
    Issue.record("\(what): shape \(found.shape), expected \(expected.shape)", sourceLocation: location)
    return
  }
  let scale = max(1, Double(expected.to(.float64).abs().max()))
  let difference = Double((found.to(.float64) - expected.to(.float64)).abs().max())
  #expect(difference <= tolerance * scale, "\(what): differs by \(difference)", sourceLocation: location)
}
