/// The object that was given to `torch.save`, and where its storages are.
struct SavedObject {
  let value: PickleValue
  let heap: PickleHeap
  let storages: StorageReader

  /// Reads the zip archive that PyTorch writes since 1.6: `NAME/data.pkl`, and each storage as `NAME/data/KEY`.
  init(archive file: MappedFile) throws {
    let zip = try ZipDirectory(file)
    guard let pickle = zip.names.first(where: { $0.hasSuffix("/data.pkl") && $0.dropLast(9).allSatisfy { $0 != "/" } })
    else {
      throw file.error(
        .unrecognized, "is a zip archive without the data.pkl of torch.save", fix: "give the path of a weights file")
    }
    let folder = pickle.dropLast("data.pkl".count)
    if zip.names.contains("\(folder)constants.pkl") {
      throw file.error(
        .unsupported, "is a TorchScript program, not weights",
        fix: "load it with torch.jit.load and save the weights alone: torch.save(model.state_dict(), path)")
    }
    if let order = try zip.bytes(of: "\(folder)byteorder") {
      try Self.check(byteOrder: String(decoding: file.bytes(order), as: UTF8.self), file)
    }
    guard let bytes = try zip.bytes(of: pickle) else { throw file.malformed("is not in the archive", in: pickle) }
    var unpickler = Unpickler(ByteCursor(file, bytes))
    value = try unpickler.run()
    heap = unpickler.heap
    storages = StorageReader(file) { try zip.bytes(of: "\(folder)data/\($0)") }
  }

  /// Reads the format from before PyTorch 1.6: four pickles (a magic number, a version, the machine, the object), a fifth
  /// with the keys of the storages, and then each storage's element count and bytes.
  init(legacy file: MappedFile) throws {
    guard let magic = FileFormat.endOfLegacyMagic(file) else {
      throw file.malformed("has no magic number of PyTorch's")
    }
    var position = magic
    func next() throws -> (value: PickleValue, Unpickler) {
      var unpickler = Unpickler(ByteCursor(file, position..<file.count))
      let value = try unpickler.run()
      position = unpickler.position
      return (value, unpickler)
    }
    guard case .int(1001) = try next().value else {
      throw file.error(.unsupported, "has another version than 1001", fix: "load it with PyTorch and save it again")
    }
    let (system, systemPickle) = try next()
    if case .container(let system) = system {
      for (key, value) in systemPickle.heap.pairs(system) {
        if case .string("little_endian") = key, case .bool(false) = value { try Self.check(byteOrder: "big", file) }
      }
    }
    let (object, unpickler) = try next()
    let (keys, keyPickle) = try next()
    guard case .container(let list) = keys else { throw file.malformed("has no list of storages") }

    var ranges: [String: Range<Int>] = [:]
    var cursor = ByteCursor(file, position..<file.count)
    for key in keyPickle.heap[list] {
      guard case .string(let key) = key, let storage = unpickler.storages[key], ranges[key] == nil else {
        throw file.malformed("lists a storage that no tensor lies in, or one twice")
      }
      let count = try cursor.size(Int64.self)
      let (byteCount, isHuge) = count.multipliedReportingOverflow(by: storage.type.byteCount)
      guard !isHuge else { throw file.malformed("is a storage of \(count) elements", in: key) }
      ranges[key] = try cursor.skip(byteCount)
    }
    (value, heap) = (object, unpickler.heap)
    storages = StorageReader(file) { [ranges] in ranges[$0] }
  }

  private static func check(byteOrder: String, _ file: MappedFile) throws {
    guard byteOrder != "little" else { return }
    throw file.error(
      .unsupported, "was written in the byte order \(byteOrder.quoted); only 'little' is read",
      fix: "load it with PyTorch on a little-endian machine and save it again")
  }
}
