import Foundation
import Fovea
import Testing

/// The folder of published files that are too large, or not free enough, to lie beside the tests.
private let files = ProcessInfo.processInfo.environment["FOVEA_PUBLISHED_FILES"].map { URL(fileURLWithPath: $0) }

@Suite struct PublishedWeightsTests {
  @Test(
    .enabled(
      if: files != nil,
      "set FOVEA_PUBLISHED_FILES to a folder with efficientnet-lite0-57934424.pth, flower.jpg and china.jpg"),
    arguments: [("flower.jpg", "daisy"), ("china.jpg", "palace")])
  func efficientNetLite0NamesPhotographs(_ photograph: String, _ label: String) throws {
    let folder = try #require(files)
    let classifier = try Classifier(
      contentsOf: folder.appendingPathComponent("efficientnet-lite0-57934424.pth"))
    #expect(classifier.configuration.architecture == "efficientnet_lite0")
    let guesses = try classifier.predict(Image(contentsOf: folder.appendingPathComponent(photograph)), top: 3)
    #expect(guesses[0].label == label, "\(guesses)")
  }
}
