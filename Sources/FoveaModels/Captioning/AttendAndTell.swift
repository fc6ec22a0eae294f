// Show, Attend and Tell: Neural Image Caption Generation with Visual Attention.
// Kelvin Xu, Jimmy Ba, Ryan Kiros, Kyunghyun Cho, Aaron Courville, Ruslan Salakhutdinov, Richard Zemel, Yoshua Bengio, 2015.
// https://arxiv.org/abs/1502.03044

import Torch

/// A convolutional encoder, and an LSTM that looks at one part of the image for each word: the paper's soft attention with
/// its gate.
///
/// ```swift
/// let model = AttendAndTell(vocabulary: 300, specialTokens: .init(start: 0, end: 1, padding: 2))
/// let captions = try model.eval().generate(images, options: .beam(3))
/// ```
public final class AttendAndTell: CaptionModel {
  let encoder: any ImageEncoder
  let embedding: Embedding
  let attention: SoftAttention
  let initialHidden: Linear
  let initialCell: Linear
  let gate: Linear
  let inputGates: Linear
  let hiddenGates: Linear
  let dropout: Dropout
  let outputHidden: Linear
  let outputContext: Linear
  let output: Linear

  /// - Parameters:
  ///   - vocabulary: the number of tokens.
  ///   - width: of the encoder, the words and the LSTM.
  ///   - dropout: the probability of dropping a number before the words are chosen, in training.
  public init(
    vocabulary: Int, specialTokens: SpecialTokens, encoder kind: CaptionEncoder = .small, width: Int = 128,
    imageSize: Int = 64, dropout: Double = 0.1
  ) {
    encoder = kind.make(width: width, imageSize: imageSize)
    embedding = Embedding(vocabulary, width)
    attention = SoftAttention(memory: encoder.width, hidden: width, width: width)
    initialHidden = Linear(encoder.width, width)
    initialCell = Linear(encoder.width, width)
    gate = Linear(width, encoder.width)
    inputGates = Linear(width + encoder.width, 4 * width)
    hiddenGates = Linear(width, 4 * width)
    self.dropout = Dropout(dropout)
    outputHidden = Linear(width, width)
    outputContext = Linear(encoder.width, width)
    output = Linear(width, vocabulary)
    super.init(specialTokens: specialTokens)
    embedding.weight.initialize(.uniform(-0.1, 0.1))
  }

  public override var encoderParts: [Module] { [encoder] }

  public override func encode(_ images: Tensor) -> Tensor { encoder(images) }

  public override func start(_ memory: Tensor) -> DecoderState {
    var state = DecoderState(memory: memory)
    let mean = memory.mean(dim: 1)
    state.cache = [initialHidden(mean).tanh(), initialCell(mean).tanh()]
    state.fixed = [attention.keys(memory)]
    return state
  }

  public override func next(_ tokens: Tensor, _ state: inout DecoderState) -> Tensor {
    let words = embedding(tokens)
    var logits: Tensor?
    for place in 0..<tokens.shape[1] { logits = step(words[.all, place], &state) }
    guard let logits else { preconditionFailure("no token to go on from") }
    return logits
  }

  public override func logits(_ tokens: Tensor, memory: Tensor) -> Tensor {
    var state = start(memory)
    let words = embedding(tokens)
    return Tensor.stack((0..<tokens.shape[1]).map { step(words[.all, $0], &state) }, dim: 1)
  }

  /// One word `[N, width]` further.
  private func step(_ word: Tensor, _ state: inout DecoderState) -> Tensor {
    let (hidden, cell) = (state.cache[0], state.cache[1])
    let weights = attention.weights(hidden, keys: state.fixed[0])
    let context = weights.unsqueeze(1).bmm(state.memory).squeeze(1) * gate(hidden).sigmoid()
    let gates = (inputGates(Tensor.cat([word, context], dim: 1)) + hiddenGates(hidden)).chunk(4, dim: 1)
    let newCell = gates[1].sigmoid() * cell + gates[0].sigmoid() * gates[2].tanh()
    let newHidden = gates[3].sigmoid() * newCell.tanh()
    state.cache = [newHidden, newCell]
    state.attention = weights.detach()
    state.length += 1
    let mixed = word + outputHidden(dropout(newHidden)) + outputContext(context)
    return output(dropout(mixed.tanh()))
  }
}

/// How much each place matters for the next word, from the LSTM's state.
final class SoftAttention: Module {
  let memoryProjection: Linear
  let hiddenProjection: Linear
  let score: Linear

  init(memory: Int, hidden: Int, width: Int) {
    memoryProjection = Linear(memory, width)
    hiddenProjection = Linear(hidden, width)
    score = Linear(width, 1)
  }

  /// The memory's part, which is the same for every word: `[N, places, width]`.
  func keys(_ memory: Tensor) -> Tensor { memoryProjection(memory) }

  /// `[N, places]`, summing to 1.
  func weights(_ hidden: Tensor, keys: Tensor) -> Tensor {
    score((keys + hiddenProjection(hidden).unsqueeze(1)).tanh()).squeeze(2).softmax(dim: 1)
  }
}
