import Foundation
import Torch

/// A file in the IDX format of MNIST (LeCun, Cortes and Burges, 1998), plain or under gzip: two zero bytes, the type,
/// the number of dimensions, the sizes as big-endian 32-bit numbers, the elements.
struct IDX {
  let shape: [Int]
  let elements: [UInt8]

  /// - Parameter rank: how many dimensions the file must have.
  /// - Throws: ``DatasetError`` or ``ArchiveError`` with the path.
  init(_ file: URL, rank: Int) throws {
    let bytes = try Self.bytes(of: file)
    func broken(_ problem: String) -> DatasetError {
      DatasetError(file.path, "is not an IDX file as expected: \(problem)", fix: "delete it and download it again")
    }
    guard bytes.count >= 4 + 4 * rank else { throw broken("\(bytes.count) bytes, too few for its header") }
    guard bytes[0] == 0, bytes[1] == 0 else { throw broken("it begins with \(bytes[0]), \(bytes[1]) instead of 0, 0") }
    guard bytes[2] == 8 else { throw broken("elements of type \(bytes[2]) instead of 8 (unsigned bytes)") }
    guard bytes[3] == rank else { throw broken("\(bytes[3]) dimensions instead of \(rank)") }
    shape = (0..<rank).map { dim in
      bytes[(4 + 4 * dim)..<(8 + 4 * dim)].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for size in shape {
      let (product, isTooMuch) = count.multipliedReportingOverflow(by: size)
      guard size > 0, !isTooMuch else { throw broken("the sizes \(shape)") }
      count = product
    }
    let start = 4 + 4 * rank
    guard bytes.count - start == count else {
      throw broken("\(bytes.count - start) elements instead of the \(count) of the sizes \(shape)")
    }
    elements = Array(bytes[start...])
  }

  private static func bytes(of file: URL) throws -> [UInt8] {
    if file.pathExtension == "gz" { return try Archive(file).contents(limit: 1 << 30) }
    do { return Array(try Data(contentsOf: file)) } catch {
      throw DatasetError(file.path, "cannot be read: \(error.localizedDescription)")
    }
  }
}
