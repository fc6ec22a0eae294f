import ArgumentParser
import Foundation
import Fovea

extension Predict {
  /// Prints a sentence about each image. With `--draw`, where the model looked for each word goes into a file; of several
  /// images, into one file each, with a number in its name.
  func describe(with captioner: Captioner) throws {
    var options = captioner.options
    options.returnCount = json ? min(top, options.beams) : 1
    var failures = 0
    for (index, path) in images.enumerated() {
      do {
        let image = try Image(contentsOf: URL(fileURLWithPath: path))
        let captions = try captioner.predict(image, options: options)
        if json {
          try Output.json(CaptionAnswer(image: path, captions: captions))
        } else {
          Output.print(images.count == 1 ? captions[0].text : "\(path): \(captions[0].text)")
        }
        if let draw { try drawAttention(of: image, with: captioner, into: draw, number: index) }
      } catch {
        failures += 1
        Output.message("Error: \(error)")
      }
    }
    if failures > 0 { throw ExitCode.failure }
  }

  private func drawAttention(of image: Image, with captioner: Captioner, into path: String, number: Int) throws {
    var file = URL(fileURLWithPath: path)
    if number > 0 {
      let name = "\(file.deletingPathExtension().lastPathComponent)-\(number + 1)"
      file = file.deletingLastPathComponent().appendingPathComponent(name).appendingPathExtension(file.pathExtension)
    }
    try captioner.drawAttention(image).write(to: file)
    Output.message("Drew \(file.path)")
  }

  private struct CaptionAnswer: Encodable {
    let image: String
    let captions: [Caption]
  }
}
