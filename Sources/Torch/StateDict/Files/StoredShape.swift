/// The sizes of a tensor in a file, checked before anything is computed from them.
struct StoredShape {
  /// libtorch's own kernels go no further.
  static let maximumRank = 64

  let elementCount: Int
  let byteCount: Int

  /// - Throws: ``StateDictError`` for negative sizes, too many dimensions, or a count that no integer can hold.
  init(_ sizes: [Int], _ elementSize: Int, of name: String, _ file: MappedFile) throws {
    guard sizes.count <= Self.maximumRank else {
      throw file.malformed("has \(sizes.count) dimensions; the limit is \(Self.maximumRank)", in: name)
    }
    guard sizes.allSatisfy({ $0 >= 0 }) else {
      throw file.malformed("has the shape \(sizes), with a negative size", in: name)
    }
    // Sizes beside a 0 must fit as well: libtorch computes strides from them.
    var bytes = elementSize
    for size in sizes where size > 0 {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
      guard !overflow else { throw file.malformed("has the shape \(sizes), more than any memory", in: name) }
      bytes = product
    }
    byteCount = sizes.contains(0) ? 0 : bytes
    elementCount = byteCount / elementSize
  }
}
