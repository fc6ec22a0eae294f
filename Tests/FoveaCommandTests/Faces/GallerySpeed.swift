import Foundation
import Fovea
import Testing

/// Measures how long a gallery of 100,000 embeddings takes to answer; run by
/// `FOVEA_MEASURE=1 swift test -c release --filter GallerySpeed`. The peers are in Benchmarks/peers/gallery.py.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["FOVEA_MEASURE"] != nil)) struct GallerySpeed {
  @Test(arguments: [128, 512]) func aHundredThousandEmbeddings(_ dimensions: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-speed-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let gallery = try FaceGallery(folder.appendingPathComponent("large.gallery"), model: "a", dimensions: dimensions)
    let embeddings = Tensor.randn([100_000, dimensions], generator: Generator(seed: 1))
    for start in stride(from: 0, to: 100_000, by: 10_000) {
      try gallery.enroll(
        (start..<(start + 10_000)).map {
          Enrollment(person: "person \($0 / 10)", source: "\($0)", digest: "\($0)", embedding: embeddings[$0])
        })
    }
    let queries = (0..<30).map { embeddings[$0 * 3001] + Tensor.randn([dimensions]) * 0.1 }
    _ = try gallery.identify(queries[0], top: 5)
    let times = try queries.enumerated().map { number, query in
      let start = ContinuousClock.now
      let matches = try gallery.identify(query, top: 5)
      let time = ContinuousClock.now - start
      #expect(matches[0].person == "person \(number * 3001 / 10)")
      return time / .milliseconds(1)
    }.sorted()
    print("gallery of 100,000 x \(dimensions): median \(times[15]) ms, slowest \(times[29]) ms")
  }
}
