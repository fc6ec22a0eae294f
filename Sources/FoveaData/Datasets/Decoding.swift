import Foundation
import FoveaImaging
import Torch

extension ImageFolder {
  /// Decodes every image once, on several threads, into a set in memory, which can then give whole batches.
  ///
  /// For small images of one size: 60,000 of 32 x 32 pixels take 184 MB.
  ///
  /// - Throws: `ImageError` for a file that cannot be decoded, ``DatasetError`` for one of another size than the first.
  public func decoded(threads: Int = ProcessInfo.processInfo.activeProcessorCount) throws -> TensorDataset {
    guard count > 0 else { throw DatasetError(root.path, "holds no images") }
    let shape = try self[0].image.shape
    let imageBytes = shape.elementCount
    let images = Tensor.empty([count] + shape.sizes, dtype: .uint8)
    try images.withUnsafeMutableBytes { memory in
      let target = Memory(start: memory.baseAddress)
      // A run of images at a time, so that threads seldom meet.
      let run = 64
      try LoaderThreads.forEach((count + run - 1) / run, threads: threads) { part in
        for index in (part * run)..<min((part + 1) * run, count) {
          let sample = try self[index]
          guard sample.image.shape == shape else {
            throw DatasetError(
              sample.name, "is \(sample.image.shape), unlike the first image, which is \(shape)",
              fix: "images that are kept in memory must be of one size; resize them, or read them one by one")
          }
          sample.image.withUnsafeBytes { bytes in
            guard let from = bytes.baseAddress else { return }
            target.start?.advanced(by: index * imageBytes).copyMemory(from: from, byteCount: imageBytes)
          }
        }
      }
    }
    return TensorDataset(
      images: images, labels: labels, classNames: classNames, split: split, name: root.lastPathComponent,
      sources: files.map { root.appendingPathComponent($0.path).path })
  }

  /// The set in memory, if its images can all be read, are of one size and fit into so many bytes; else itself, which names a
  /// file that cannot be decoded when that one is asked for.
  public func decodedIfSmall(limit bytes: Int = 1 << 30) -> any Dataset {
    // A look at a few headers saves decoding half of a set to find that sizes differ.
    guard bytes > 0 else { return self }
    let looks = Set(stride(from: 0, to: count, by: max(1, count / 16)))
    let sizes = Set(
      looks.map { index in
        let size = try? ImageHeader(contentsOf: file(at: index)).uprightSize
        return size.map { [$0.width, $0.height] }
      })
    guard sizes.count == 1, let size = sizes.first ?? nil else { return self }
    let (total, overflows) = (size[0] * size[1] * 3).multipliedReportingOverflow(by: count)
    guard !overflows, total <= bytes else { return self }
    do { return try decoded() } catch { return self }
  }
}

/// Memory that threads write to, each to places of its own.
private struct Memory: @unchecked Sendable {
  let start: UnsafeMutableRawPointer?
}
