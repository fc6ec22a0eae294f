import Foundation
import Testing

@testable import FoveaImaging

@Suite struct ImageErrorTests {
  private func problem(with bytes: some Sequence<UInt8>, pixelLimit: Int = 1000) -> ImageError.Problem? {
    do {
      _ = try Image(decoding: Data(bytes), name: "upload", pixelLimit: pixelLimit)
      return nil
    } catch {
      #expect(error.name == "upload")
      return error.problem
    }
  }

  @Test func namesWhatIsWrong() {
    #expect(problem(with: []) == .empty)
    #expect(problem(with: "<html>404 not found</html>".utf8) == .notAnImage)
    #expect(problem(with: "GIF89a......".utf8) == .unsupported("GIF"))
    #expect(problem(with: [0, 0, 0, 32] + Array("ftypavif".utf8)) == .unsupported("AVIF"))
    #expect(problem(with: "P6 4 4 255\nabc".utf8) == .truncated)
    #expect(problem(with: "P6 4 4 0\nabc".utf8) != nil)
    #expect(problem(with: "P5 99999999999999999999 4 255\n".utf8) == .damaged("a number too large for an image"))
    #expect(problem(with: "P5 0 4 255\n".utf8) == .damaged("a side of 0 pixels"))
  }

  @Test func errorsNameTheFile() {
    let missing = URL(filePath: "/no/such/photograph.jpg")
    let error = #expect(throws: ImageError.self) { try Image(contentsOf: missing) }
    #expect(error?.description == "/no/such/photograph.jpg: cannot be read: there is no such file")
    let folder = #expect(throws: ImageError.self) { try Image(contentsOf: URL(filePath: "/tmp")) }
    #expect(folder?.problem == .unreadable(reason: "it is a folder"))
    #expect(folder?.localizedDescription == folder?.description)
  }

  @Test(arguments: ["rgb-420.jpg", "progressive.jpg", "rgb.png", "interlaced.png", "lossy.webp", "lossless.webp"])
  func cutFilesAreTruncated(name: String) throws {
    let whole = try Data(contentsOf: fixture(name))
    for share in [0.5, 0.7, 0.9] {
      #expect(
        problem(with: whole.prefix(Int(Double(whole.count) * share)), pixelLimit: 10_000) == .truncated, "\(share)")
    }
  }

  @Test(arguments: ["rgb-420.jpg", "rgb.png", "lossy.webp", "binary.ppm"])
  func pixelLimitIsCheckedFirst(name: String) throws {
    let data = try Data(contentsOf: fixture(name))
    let header = try ImageHeader(decoding: data)
    let pixels = header.width * header.height
    #expect(
      problem(with: data, pixelLimit: pixels - 1)
        == .tooLarge(width: header.width, height: header.height, pixelLimit: pixels - 1))
    #expect(problem(with: data, pixelLimit: pixels) == nil)
  }

  @Test func headerOfBillionsOfPixelsTakesNoMemory() {
    #expect(
      problem(with: "P6 2147483647 2147483647 255\n".utf8, pixelLimit: .max) == .truncated
        || problem(with: "P6 2147483647 2147483647 255\n".utf8, pixelLimit: .max)
          == .tooLarge(width: 2_147_483_647, height: 2_147_483_647, pixelLimit: .max)
    )
    #expect(
      problem(with: "P6 65500 65500 255\n".utf8, pixelLimit: Image.defaultPixelLimit)
        == .tooLarge(width: 65500, height: 65500, pixelLimit: Image.defaultPixelLimit))
  }

  @Test func twoHeadersThatDifferAreRefused() throws {
    // The second header would make libpng write more than the first one promised.
    let small = try sample(width: 4, height: 4, channels: 3).encoded(as: .png)
    let large = try sample(width: 40, height: 40, channels: 3).encoded(as: .png)
    let header = 8..<33
    let twoHeaders = small[..<8] + large[header] + small[header] + large[33...]
    #expect(problem(with: twoHeaders, pixelLimit: 10_000) != nil)
    let late = small[..<8] + [0, 0, 0, 0] + Data("tEXt".utf8) + [0, 0, 0, 0] + large[header] + large[33...]
    #expect(throws: Never.self) { _ = problem(with: late, pixelLimit: 10_000) }
  }

  @Test func animationsAreRefused() throws {
    let data = try Data(contentsOf: fixture("animated.webp"))
    #expect(problem(with: data) == .unsupported("an animated WebP"))
  }
}
