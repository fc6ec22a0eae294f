import Torch

extension ObjectDetector {
  /// Loads published weights: of a whole detector, or of a classifier for its backbone.
  ///
  /// A last layer of another number of classes keeps its fresh weights.
  ///
  /// - Returns: what was not loaded.
  /// - Throws: `LoadError`, before anything is changed, where anything but the last layer does not fit.
  @discardableResult
  public func loadPretrained(_ published: StateDict) throws -> LoadReport {
    let own = stateDict()
    let isBackbone = published.keys.contains("conv1.weight") && published.keys.contains("layer1.0.conv1.weight")
    let renamed = published.mapKeys { key -> String? in
      let name = isBackbone ? backbonePrefix.flatMap { key.hasPrefix("fc.") ? nil : $0 + key } : newName(key)
      // Frozen normalisations do not count batches.
      if let name, name.hasSuffix("num_batches_tracked"), own[name] == nil { return nil }
      return name
    }
    var state = isBackbone ? own : renamed
    if isBackbone { for (key, tensor) in renamed { state[key] = tensor } }
    var report = LoadReport()
    if isBackbone { report.missing = own.keys.filter { renamed[$0] == nil && !$0.hasSuffix("num_batches_tracked") } }
    for (key, tensor) in own where isHead(key) && state[key].map({ $0.shape != tensor.shape }) ?? true {
      if let found = state[key] {
        report.misshapen.append(.init(name: key, expected: tensor.shape, found: found.shape))
      } else {
        report.missing.append(key)
      }
    }
    // Half a head is no head: where one tensor of it does not fit, all of it starts anew.
    if report.misshapen.count + report.missing.count > 0 {
      for (key, tensor) in own where isHead(key) { state[key] = tensor }
    }
    try loadStateDict(state)
    return report
  }

  private func isHead(_ key: String) -> Bool {
    let heads = [
      "roi_heads.box_predictor.", "class_labels_classifier.", "head.classification_head.cls_logits.",
      "head.classification_head.module_list.",
    ]
    return heads.contains { key.hasPrefix($0) } || (self is YOLO && (key.hasPrefix("head.") || key == "anchors"))
  }

  private var backbonePrefix: String? {
    switch self {
    case is FasterRCNN, is RetinaNet: "backbone.body."
    case is DETR: "model.backbone.conv_encoder.model."
    default: nil
    }
  }

  /// Older files of torchvision name convolutions of pyramid and proposal network one level higher.
  private func newName(_ key: String) -> String {
    let parts = key.split(separator: ".").map(String.init)
    switch parts.dropLast().joined(separator: ".") {
    case "rpn.head.conv": return "rpn.head.conv.0.0.\(parts[3])"
    case let path where path.hasPrefix("backbone.fpn.") && parts.count == 5 && parts[2].hasSuffix("_blocks"):
      return (parts[..<4] + ["0", parts[4]]).joined(separator: ".")
    default: return key
    }
  }
}
