import Foundation

/// The formats of weights files that are read, told apart by their first bytes and never by their names.
enum FileFormat {
  case safetensors
  case pyTorchArchive
  case pyTorchLegacy

  /// - Throws: ``StateDictError`` for any other content, and says what it looks like where that is well known.
  init(_ file: MappedFile) throws {
    let start = file.bytes(0..<min(file.count, 64))
    if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
      self = .pyTorchArchive
    } else if Self.endOfLegacyMagic(file) != nil {
      self = .pyTorchLegacy
    } else if start.count > 8, start[8] == UInt8(ascii: "{") {
      self = .safetensors
    } else {
      let text = String(decoding: start, as: UTF8.self)
      if text.hasPrefix("version https://git-lfs") {
        throw file.error(.unrecognized, "is a pointer of git-lfs, not the file itself", fix: "run git lfs pull")
      }
      if text.hasPrefix("<") {
        throw file.error(.unrecognized, "is a web page", fix: "download the file itself, not the page about it")
      }
      throw file.error(
        .unrecognized, "is neither a safetensors nor a PyTorch file", fix: "give the path of one that is")
    }
  }

  /// Where the first pickle of the legacy format ends, which holds nothing but a magic number; `nil` in other files.
  ///
  /// What stands before the number depends on the pickle protocol.
  static func endOfLegacyMagic(_ file: MappedFile) -> Int? {
    let start = file.bytes(0..<min(file.count, 64))
    let pickle: [UInt8] = [0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    guard start.first == 0x80, start.count >= pickle.count else { return nil }
    return (0...start.count - pickle.count).first { start[$0...].starts(with: pickle) }.map { $0 + pickle.count }
  }
}

extension StateDict {
  /// Reads a weights file: safetensors, or one of `torch.save` (`.pth`, `.pt`, `.bin`), whatever its name ends in.
  ///
  /// The file is mapped, not read: tensors share its memory, elements are loaded when they are used, and writing to a
  /// tensor changes a private copy, never the file. For what else is in a PyTorch checkpoint, and for how the weights are
  /// found in one, see ``PyTorchCheckpoint``. PyTorch's pickles are never run as code.
  ///
  /// - Throws: ``StateDictError``, which names the file, the entry, the value and what mends it.
  public init(contentsOf url: URL) throws {
    let file = try MappedFile(url)
    self = try withExtendedLifetime(file) {
      let format = try FileFormat(file)
      return format == .safetensors ? try StateDict(safetensors: file) : try PyTorchCheckpoint(file, format).stateDict
    }
  }
}
