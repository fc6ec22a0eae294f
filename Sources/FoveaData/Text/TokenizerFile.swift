import Foundation

/// Reads a tokenizer from Hugging Face's `tokenizer.json`, or from a folder that has one, or GPT-2's `vocab.json` and
/// `merges.txt`, or BERT's `vocab.txt`.
///
/// - Throws: ``TokenizerError`` that names the file, the field and the value.
public func loadTokenizer(from url: URL) throws -> any Tokenizer {
  guard ImageListing.isFolder(url) else {
    return url.pathExtension == "txt" ? try WordPiece(vocabulary: url) : try TokenizerFile(url).tokenizer()
  }
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url.appendingPathComponent(name).path) }
  if has("tokenizer.json") { return try TokenizerFile(url.appendingPathComponent("tokenizer.json")).tokenizer() }
  if has("vocab.json"), has("merges.txt") {
    return try ByteLevelBPE(
      vocabulary: url.appendingPathComponent("vocab.json"), merges: url.appendingPathComponent("merges.txt"))
  }
  if has("vocab.txt") { return try WordPiece(vocabulary: url.appendingPathComponent("vocab.txt")) }
  throw TokenizerError(
    url.path, "holds no tokenizer", fix: "it needs tokenizer.json, or vocab.json and merges.txt, or vocab.txt")
}

/// A `tokenizer.json` that has been read.
private struct TokenizerFile {
  let name: String
  let root: OrderedJSON

  init(_ url: URL) throws {
    name = url.path
    root = try OrderedJSON(parsing: fileBytes(url), file: name)
  }

  func tokenizer() throws -> any Tokenizer {
    guard let model = root["model"] else { throw TokenizerError(name, "has no 'model'") }
    // Old files leave the type out.
    let type = model["type"]?.string ?? (model["merges"] == nil ? "WordPiece" : "BPE")
    switch type {
    case "BPE": return try byteLevelBPE(model)
    case "WordPiece": return try wordPiece(model)
    default: throw unsupported("model.type", type, "BPE and WordPiece are read")
    }
  }

  private func unsupported(_ field: String, _ value: String, _ fix: String) -> TokenizerError {
    TokenizerError(name, "\(field) is '\(value)', which is not supported", fix: fix)
  }

  private func byteLevelBPE(_ model: OrderedJSON) throws -> ByteLevelBPE {
    if let normalizer = root["normalizer"]?["type"]?.string {
      throw unsupported("normalizer.type", normalizer, "byte-level BPE has none")
    }
    for field in ["dropout", "continuing_subword_prefix", "end_of_word_suffix"] {
      if let value = model[field], !(value.bytes?.isEmpty ?? false) {
        throw unsupported("model.\(field)", "set", "only GPT-2's kind of BPE is read")
      }
    }
    for field in ["byte_fallback", "ignore_merges"] where model[field]?.bool ?? false {
      throw unsupported("model.\(field)", "true", "only GPT-2's kind of BPE is read")
    }
    guard let splitter = root["pre_tokenizer"], splitter["type"]?.string == "ByteLevel",
      splitter["use_regex"]?.bool ?? true
    else {
      throw unsupported(
        "pre_tokenizer.type", root["pre_tokenizer"]?["type"]?.string ?? "null", "ByteLevel with use_regex is read")
    }
    let added = try addedTokens()
    let entries = try vocabulary(model)
    guard let merges = model["merges"]?.array else { throw TokenizerError(name, "model.merges is no list") }
    let pairs = try merges.map { merge in
      if let line = merge.bytes { return try mergePair(line, file: name) }
      guard let pair = merge.array, pair.count == 2, let left = pair[0].bytes, let right = pair[1].bytes else {
        throw TokenizerError(name, "model.merges has an entry that is no pair")
      }
      return (left, right)
    }
    return try ByteLevelBPE(
      entries: entries, pairs: pairs, addedTokens: added,
      addsPrefixSpace: splitter["add_prefix_space"]?.bool ?? true, file: name)
  }

  private func wordPiece(_ model: OrderedJSON) throws -> WordPiece {
    let normalizer = root["normalizer"]
    if let type = normalizer?["type"]?.string, type != "BertNormalizer" {
      throw unsupported("normalizer.type", type, "BertNormalizer is read")
    }
    guard root["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer" else {
      throw unsupported(
        "pre_tokenizer.type", root["pre_tokenizer"]?["type"]?.string ?? "null", "BertPreTokenizer is read")
    }
    let lowercases = normalizer?["lowercase"]?.bool ?? (normalizer != nil)
    let text = BERTText(
      cleans: normalizer?["clean_text"]?.bool ?? (normalizer != nil),
      separatesChinese: normalizer?["handle_chinese_chars"]?.bool ?? (normalizer != nil),
      stripsAccents: normalizer?["strip_accents"]?.bool ?? lowercases, lowercases: lowercases)
    let added = try addedTokens()
    let vocabulary = try Vocabulary(try self.vocabulary(model) + added.entries, file: name)
    let unknown = model["unk_token"]?.string ?? "[UNK]"
    guard let unknownID = vocabulary.id(of: unknown) else {
      throw TokenizerError(name, "model.unk_token is '\(unknown)', which the vocabulary lacks")
    }
    return WordPiece(
      vocabulary: vocabulary, unknown: unknownID, text: text,
      prefix: model["continuing_subword_prefix"]?.string ?? "##",
      longestWord: model["max_input_chars_per_word"]?.int ?? 100, addedTokens: added, frame: try frame(),
      cleansUp: root["decoder"]?["cleanup"]?.bool ?? true)
  }

  private func vocabulary(_ model: OrderedJSON) throws -> [(token: [UInt8], id: Int)] {
    guard let members = model["vocab"]?.members else { throw TokenizerError(name, "model.vocab is no object") }
    return try vocabularyEntries(members, file: name)
  }

  private func addedTokens() throws -> AddedTokens {
    AddedTokens(
      try (root["added_tokens"]?.array ?? []).map { entry in
        guard let id = entry["id"]?.int, let content = entry["content"]?.string else {
          throw TokenizerError(name, "added_tokens has an entry without an id or a content")
        }
        return AddedTokens.Token(
          id: id, content: content, isSpecial: entry["special"]?.bool ?? false,
          stripsLeft: entry["lstrip"]?.bool ?? false, stripsRight: entry["rstrip"]?.bool ?? false)
      })
  }

  /// What the post-processor puts around one text.
  private func frame() throws -> (before: [Int], after: [Int]) {
    guard let processor = root["post_processor"], let type = processor["type"]?.string else { return ([], []) }
    func id(_ pair: OrderedJSON?) throws -> Int {
      guard let id = pair?.array?.last?.int else {
        throw TokenizerError(name, "post_processor has a token without an id")
      }
      return id
    }
    switch type {
    case "BertProcessing": return ([try id(processor["cls"])], [try id(processor["sep"])])
    case "TemplateProcessing":
      var (before, after, isBehind): ([Int], [Int], Bool) = ([], [], false)
      for piece in processor["single"]?.array ?? [] {
        if piece["Sequence"] != nil { isBehind = true }
        guard let special = piece["SpecialToken"]?["id"]?.string else { continue }
        let ids = (processor["special_tokens"]?[special]?["ids"]?.array ?? []).compactMap(\.int)
        if isBehind { after += ids } else { before += ids }
      }
      return (before, after)
    default: throw unsupported("post_processor.type", type, "BertProcessing and TemplateProcessing are read")
    }
  }
}

extension AddedTokens {
  fileprivate var entries: [(token: [UInt8], id: Int)] { tokens.map { (Array($0.content.utf8), $0.id) } }
}

extension ByteLevelBPE {
  /// GPT-2's two files: tokens with their numbers as JSON, and merges, one a line.
  ///
  /// `<|endoftext|>` is special where the vocabulary has it.
  ///
  /// - Throws: ``TokenizerError``.
  public init(vocabulary url: URL, merges mergesURL: URL) throws {
    guard let members = try OrderedJSON(parsing: fileBytes(url), file: url.path).members else {
      throw TokenizerError(url.path, "is no object of tokens and numbers")
    }
    let entries = try vocabularyEntries(members, file: url.path)
    let lines = try fileBytes(mergesURL).split(whereSeparator: { $0 == 0xA || $0 == 0xD })
    let pairs = try lines.filter { !$0.starts(with: "#version".utf8) }.map {
      try mergePair(Array($0), file: mergesURL.path)
    }
    let end = entries.first { $0.token.elementsEqual("<|endoftext|>".utf8) }
    let added = AddedTokens(end.map { [AddedTokens.Token(id: $0.id, content: "<|endoftext|>")] } ?? [])
    try self.init(
      entries: entries, pairs: pairs, addedTokens: added, addsPrefixSpace: false, file: mergesURL.path)
  }

  fileprivate init(
    entries: [(token: [UInt8], id: Int)], pairs: [(left: [UInt8], right: [UInt8])], addedTokens: AddedTokens,
    addsPrefixSpace: Bool, file: String
  ) throws {
    let vocabulary = try Vocabulary(entries + addedTokens.entries, file: file)
    func id(_ token: [UInt8]) throws -> Int {
      if let id = vocabulary.id(of: token) { return id }
      throw TokenizerError(file, "merges '\(String(decoding: token, as: UTF8.self))', which the vocabulary lacks")
    }
    let merges = try pairs.map {
      Merge(left: try id($0.left), right: try id($0.right), merged: try id($0.left + $0.right))
    }
    self.init(
      vocabulary: vocabulary, merges: merges, addedTokens: addedTokens, addsPrefixSpace: addsPrefixSpace)
  }

  /// Writes a `tokenizer.json` that Hugging Face's `tokenizers` reads too.
  public func write(to url: URL) throws {
    func text(_ id: Int) -> String { vocabulary.token(id) ?? "" }
    let ids = Dictionary(vocabulary.entries.map { (String(decoding: $0.token, as: UTF8.self), $0.id) }) { first, _ in
      first
    }
    let added: [[String: Any]] = addedTokens.tokens.map { token in
      [
        "id": token.id, "content": token.content, "special": token.isSpecial, "lstrip": token.stripsLeft,
        "rstrip": token.stripsRight, "single_word": false, "normalized": false,
      ]
    }
    let model: [String: Any] = [
      "type": "BPE", "vocab": ids, "merges": merges.map { [text($0.left), text($0.right)] }, "dropout": NSNull(),
      "unk_token": NSNull(), "continuing_subword_prefix": NSNull(), "end_of_word_suffix": NSNull(),
      "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
    ]
    let bytes: [String: Any] = [
      "type": "ByteLevel", "add_prefix_space": addsPrefixSpace, "trim_offsets": true, "use_regex": true,
    ]
    let file: [String: Any] = [
      "version": "1.0", "truncation": NSNull(), "padding": NSNull(), "added_tokens": added, "normalizer": NSNull(),
      "pre_tokenizer": bytes, "post_processor": NSNull(), "decoder": bytes, "model": model,
    ]
    try JSONSerialization.data(withJSONObject: file, options: [.sortedKeys, .withoutEscapingSlashes])
      .write(to: url, options: .atomic)
  }
}

extension WordPiece {
  /// BERT's `vocab.txt`: a token a line. Its own special tokens are looked for, and text is put in lower case.
  ///
  /// - Throws: ``TokenizerError``.
  public init(vocabulary url: URL, lowercases: Bool = true) throws {
    var lines = try fileBytes(url).split(separator: 0xA, omittingEmptySubsequences: false).map(Array.init)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    let entries = lines.enumerated().map { (token: $1.last == 0xD ? Array($1.dropLast()) : $1, id: $0) }
    let vocabulary = try Vocabulary(entries, file: url.path)
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { name in
      vocabulary.id(of: name).map { AddedTokens.Token(id: $0, content: name) }
    }
    guard let unknown = vocabulary.id(of: "[UNK]"), let start = vocabulary.id(of: "[CLS]"),
      let end = vocabulary.id(of: "[SEP]")
    else { throw TokenizerError(url.path, "lacks [UNK], [CLS] or [SEP]", fix: "it must be BERT's vocab.txt") }
    self.init(
      vocabulary: vocabulary, unknown: unknown, text: BERTText(stripsAccents: lowercases, lowercases: lowercases),
      addedTokens: AddedTokens(special), frame: ([start], [end]))
  }
}

private func vocabularyEntries(
  _ members: [(key: [UInt8], value: OrderedJSON)], file: String
) throws -> [(token: [UInt8], id: Int)] {
  try members.map { key, value in
    guard let id = value.int else {
      throw TokenizerError(file, "has no whole number for the token '\(String(decoding: key, as: UTF8.self))'")
    }
    return (key, id)
  }
}

/// The two parts of a line such as `Ġ t`.
private func mergePair(_ line: [UInt8], file: String) throws -> (left: [UInt8], right: [UInt8]) {
  let parts = line.split(separator: 0x20)
  guard parts.count == 2 else {
    throw TokenizerError(file, "has a merge of \(parts.count) parts: '\(String(decoding: line, as: UTF8.self))'")
  }
  return (Array(parts[0]), Array(parts[1]))
}

private func fileBytes(_ url: URL) throws -> [UInt8] {
  do { return Array(try Data(contentsOf: url)) } catch {
    throw TokenizerError(url.path, "cannot be read: \(error.localizedDescription)")
  }
}
