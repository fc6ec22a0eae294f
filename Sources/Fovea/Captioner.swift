import Foundation
import FoveaData
import FoveaImaging
import FoveaMetrics
import FoveaModels
import FoveaTraining
import Torch

/// A sentence about an image.
public struct Caption: Codable, Sendable, Equatable {
  /// The sentence.
  public let text: String
  /// How likely the model finds it: the sum of its tokens' log-probabilities, divided by their number to the power of the
  /// length penalty; 0 at best.
  public let score: Double
}

/// A trained captioner, ready to be used: it takes images as they come and answers with sentences.
///
/// ```swift
/// let captioner = try Captioner(contentsOf: URL(filePath: "runs/caption-scenes-attend"))
/// print(try captioner.predict(Image(contentsOf: photo))[0].text)
/// ```
/// It belongs to one thread at a time.
public final class Captioner {
  /// The network, in evaluation mode.
  public let model: CaptionModel
  public let tokenizer: any Tokenizer
  /// How sentences are looked for unless told otherwise.
  public var options: GenerationOptions
  /// Where it runs.
  public let device: Device

  private let input: Transforms
  /// Whether the whole image is squeezed into the network's square; else the middle is cut out.
  private let isSqueezed: Bool

  /// A network that is ready already.
  ///
  /// - Parameter input: what makes the network's input of an image: a size, and normalised values.
  init(
    _ model: CaptionModel, tokenizer: any Tokenizer, options: GenerationOptions, input: Transforms, isSqueezed: Bool,
    device: Device
  ) {
    self.model = model
    self.tokenizer = tokenizer
    self.options = options
    self.input = input
    self.isSqueezed = isSqueezed
    self.device = device
    model.to(device).eval()
  }

  /// Loads the folder of a run, or a folder as transformers saves one (ViT + GPT-2, BLIP).
  ///
  /// - Throws: ``RecipeError``, `TokenizerError`, `JSONFieldError`, `StateDictError` or `LoadError`, which name the file and
  ///   what is wrong.
  public convenience init(contentsOf folder: URL, device: Device = .cpu) throws {
    if let published = try PublishedCaptioner(folder: folder) {
      self.init(published, device: device)
      return
    }
    let configuration = try CaptionerConfiguration(folder: folder)
    let model = configuration.makeModel()
    try model.loadStateDict(contentsOf: folder.appendingPathComponent(ModelFolder.weights))
    let tokenizer = try loadTokenizer(
      from: folder.appendingPathComponent(CaptionerConfiguration.tokenizerFileName))
    guard tokenizer.count == configuration.vocabulary else {
      throw RecipeError(
        folder.path, "has a tokenizer of \(tokenizer.count) tokens, but a model of \(configuration.vocabulary)")
    }
    self.init(
      model, tokenizer: tokenizer, options: configuration.generation, input: configuration.input.evaluation,
      isSqueezed: false, device: device)
  }

  /// Sentences about an image, the best first: as many as `options.returnCount`.
  ///
  /// - Throws: `TransformError` for an image that cannot be made an input, ``GenerationError`` for options that make no
  ///   sense.
  public func predict(_ image: Image, options: GenerationOptions? = nil) throws -> [Caption] {
    try predict([image], options: options)[0]
  }

  /// Sentences about each image.
  public func predict(_ images: [Image], options: GenerationOptions? = nil) throws -> [[Caption]] {
    guard !images.isEmpty else { return [] }
    let inputs = Tensor.stack(try images.enumerated().map { try tensor($1, name: "image \($0)") })
    return try model.generate(inputs.to(device), options: options ?? self.options).map { captions in
      captions.map { Caption(text: text(of: $0), score: $0.score) }
    }
  }

  /// The sentence of greedy search, and for each of its tokens where in the image the model looked.
  ///
  /// - Returns: the sentence; its tokens as text with maps `[rows, columns]` of the part of the image that the network saw,
  ///   each summing to 1 at most. Tokens that are pieces of one word follow each other.
  public func explain(_ image: Image) throws -> (caption: Caption, words: [(text: String, attention: Tensor)]) {
    var greedy = options
    greedy.beams = 1
    greedy.returnCount = 1
    greedy.sampling = nil
    greedy.usesCache = true
    let found = try model.generate(try tensor(image, name: "image").unsqueeze(0).to(device), options: greedy)[0][0]
    let caption = Caption(text: text(of: found), score: found.score)
    guard let attention = found.attention, attention.shape[0] > 0 else { return (caption, []) }
    let grid = model.attentionGrid(places: attention.shape[1])
    let maps = attention[.all, grid.skipped...].reshape(-1, grid.rows, grid.columns).to(.cpu)
    let words = found.tokens.enumerated().map { (text: tokenizer.decode([$1]), attention: maps[$0]) }
    return (caption, words)
  }

  /// Writes a sentence about every image of a set, and measures.
  ///
  /// - Throws: what is wrong with an image; `TrainingError` for a set without captions.
  public func evaluate(
    _ dataset: any Dataset, batchSize: Int = 100, threads: Int = 2, progress: (Int) -> Void = { _ in }
  ) throws -> CaptionEvaluation {
    try CaptionEvaluation(
      of: model, tokenizer: tokenizer, on: dataset, transform: input, options: options, device: device,
      batchSize: batchSize, threads: threads, progress: progress)
  }

  private func text(of caption: GeneratedCaption) -> String {
    tokenizer.decode(caption.tokens).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// One image as the network's input `[3, H, W]`.
  private func tensor(_ image: Image, name: String) throws -> Tensor {
    var random = RandomSource(seed: 0)
    return try input(Sample(image: image.converted(to: .rgb).tensor, index: 0, name: name), using: &random).image
  }

  /// The part of an image that the network sees, in pixels; nil for all of it.
  func seen(of image: Image) -> (x: Int, y: Int, width: Int, height: Int)? {
    let side = min(image.width, image.height)
    if isSqueezed || image.width == image.height { return nil }
    return ((image.width - side) / 2, (image.height - side) / 2, side, side)
  }
}
