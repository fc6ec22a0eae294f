import FoveaModels
import Torch

/// How a network with pretrained weights is fitted to new data: the recipe's section `fine_tuning`.
public struct FineTuningRecipe: Codable, Sendable, Equatable {
  /// So many layers, from the first on, are not trained: the embedding (or stem) is the first, then come the blocks (or
  /// stages). -1 freezes everything but the head.
  public var frozenLayers = 0
  /// What the learning rate is multiplied by from each layer to the one before it: with 0.75, the block before the head
  /// learns at three quarters of the rate. 1 is the same rate everywhere (Clark et al., 2020; Bao et al., 2021).
  public var layerDecay = 1.0
  /// The rank of LoRA's adapters, which are learned in place of the linear layers (Hu et al., 2021); 0 has none. The head is
  /// learned as a whole in any case.
  public var loraRank = 0
  /// How much the adapters' changes weigh, whatever the rank.
  public var loraAlpha = 16.0
  /// The probability of dropping an input of an adapter, in training.
  public var loraDropout = 0.0
  /// Ends of the names of the linear layers that get an adapter, such as `attn.qkv`; none are all.
  public var loraTargets: [String] = []
  /// Computes each block twice in place of keeping what is in it: less memory, a third more time.
  public var gradientCheckpointing = false

  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case frozenLayers = "frozen_layers"
    case layerDecay = "layer_decay"
    case loraRank = "lora_rank"
    case loraAlpha = "lora_alpha"
    case loraDropout = "lora_dropout"
    case loraTargets = "lora_targets"
    case gradientCheckpointing = "gradient_checkpointing"
  }
}

extension FineTuningRecipe {
  /// Freezes, adapts and checkpoints a network. Make its optimizer afterwards.
  ///
  /// - Returns: what to tell the user: how many parameters are learned, where that is not all.
  /// - Throws: ``RecipeError`` that names the key, where the network cannot do what it asks.
  @discardableResult
  public func prepare(_ model: any ImageClassifier) throws -> String? {
    if gradientCheckpointing {
      guard let model = model as? any GradientCheckpointing else {
        throw RecipeError("fine_tuning.gradient_checkpointing", "is not possible with \(type(of: model))")
      }
      model.usesGradientCheckpointing = true
    }
    if loraRank > 0 {
      let adapted = model.addLowRankAdapters(
        rank: loraRank, alpha: loraAlpha, dropout: loraDropout, targets: loraTargets)
      let heads = model.heads
      if adapted.count <= heads.count {
        throw RecipeError("fine_tuning.lora_targets", "name none of the linear layers of \(type(of: model))")
      }
      for head in heads {
        head.removeLowRankAdapter()
        head.setTrainable(true)
      }
    } else if frozenLayers < 0 {
      model.setTrainable(false)
      for head in model.heads { head.setTrainable(true) }
    } else if frozenLayers > 0 {
      let network = try layered(model, for: "frozen_layers")
      guard frozenLayers < network.layerCount else {
        throw RecipeError(
          "fine_tuning.frozen_layers", "is \(frozenLayers), but \(type(of: model)) has \(network.layerCount) layers")
      }
      for (name, parameter) in model.namedParameters() where network.layer(ofParameter: name) < frozenLayers {
        parameter.isTrainable = false
      }
    }
    if layerDecay != 1 { _ = try layered(model, for: "layer_decay") }
    let (learned, all) = (model.parameterCount(trainableOnly: true), model.parameterCount())
    return learned == all ? nil : "\(learned) of \(all) parameters are learned"
  }

  private func layered(_ model: any ImageClassifier, for key: String) throws -> any LayeredNetwork {
    guard let network = model as? any LayeredNetwork else {
      throw RecipeError("fine_tuning.\(key)", "is not possible with \(type(of: model)), which counts no layers")
    }
    return network
  }

  /// The parameters that are learned, in groups: late layers at the full rate, earlier ones at less; biases and the scales
  /// of normalisations without decay.
  ///
  /// - Parameter decayAll: whether these decay too.
  public func parameterGroups(of model: Module, decayAll: Bool = false) -> [ParameterGroup] {
    let learned = model.namedParameters().filter(\.parameter.isTrainable)
    let network = layerDecay == 1 ? nil : model as? any LayeredNetwork
    let last = (network?.layerCount ?? 1) - 1
    return (0...last).flatMap { layer in
      let members = learned.filter { network?.layer(ofParameter: $0.name) ?? last == layer }
      let factor = power(layerDecay, last - layer)
      return [
        ParameterGroup(members.filter { decayAll || $0.parameter.value.rank > 1 }, learningRateFactor: factor),
        ParameterGroup(
          members.filter { !decayAll && $0.parameter.value.rank <= 1 }, weightDecay: 0, learningRateFactor: factor),
      ]
    }.filter { !$0.parameters.isEmpty }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
