import FoveaModels

/// What only captioning needs to know: the `captioning:` section of a recipe.
///
/// `model` is `attend_and_tell` or `caption_transformer`.
public struct CaptioningRecipe: Codable, Sendable, Equatable {
  /// A tokenizer's file or folder; nil learns a byte-level BPE from the training captions.
  public var tokenizer: String?
  /// The most tokens of a tokenizer that is learned.
  public var vocabularySize = 1000
  /// What looks at the image: `small`, `patches`, `resnet18` or `resnet50`.
  public var encoder = CaptionEncoder.small
  /// Whether the encoder keeps its weights, which `weights` should then give.
  public var freezeEncoder = false
  /// The width of words and states.
  public var width = 128
  /// The layers and heads of a Transformer decoder.
  public var layers = 2
  public var heads = 4
  public var dropout = 0.1
  /// The most tokens of a sentence, its start and its end counted.
  public var longest = 40
  /// Whether each epoch draws one of an image's sentences; else it is always the first.
  public var drawsReferences = true
  /// The probability, reached at the end of the run, with which a word is replaced by the model's own guess (scheduled
  /// sampling; Bengio et al., 2015).
  public var scheduledSampling = 0.0
  /// Whether the run maximises CIDEr-D of its own sentences (self-critical training; Rennie et al., 2017). It needs
  /// `weights` of a run that was trained as usual.
  public var selfCritical = false
  /// The beams of the evaluation at the end; validation during the run is greedy.
  public var beams = 3

  public init() {}

  enum CodingKeys: String, CodingKey, CaseIterable {
    case tokenizer
    case vocabularySize = "vocabulary_size"
    case encoder
    case freezeEncoder = "freeze_encoder"
    case width, layers, heads, dropout, longest
    case drawsReferences = "draws_references"
    case scheduledSampling = "scheduled_sampling"
    case selfCritical = "self_critical"
    case beams
  }

  /// Refuses values that make no sense.
  ///
  /// - Parameter model: the architecture, which has to be a captioner; nil where the recipe's task is another.
  /// - Throws: ``RecipeError`` that names the key, the value and what it may be.
  func check(model: String?, in name: String) throws(RecipeError) {
    if let model, CaptionerConfiguration.Architecture(rawValue: model) == nil {
      let names = CaptionerConfiguration.Architecture.allCases.map(\.rawValue).joined(separator: " or ")
      throw RecipeError(name, "model: '\(model)' is no captioner; use \(names)")
    }
    let key = KeyCheck(name, section: "captioning")
    try key.whole("vocabulary_size", vocabularySize, in: 258...1_000_000)
    try key.require(
      (4...8192).contains(width) && width % 4 == 0, "width", width, "a multiple of 4, at most 8192")
    try key.whole("layers", layers, in: 1...64)
    try key.require(heads > 0 && width % heads == 0, "heads", heads, "a divisor of the width")
    try key.fraction("dropout", dropout)
    try key.whole("longest", longest, in: 3...4096)
    try key.number("scheduled_sampling", scheduledSampling, in: 0...1)
    try key.whole("beams", beams, in: 1...100)
  }
}
