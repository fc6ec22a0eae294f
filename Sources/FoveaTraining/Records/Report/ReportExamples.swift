import Foundation
import FoveaImaging
import Torch

extension Report {
  /// Images with what they are and what they were taken for.
  func examplesSection(_ heading: String, _ examples: [Example], _ lead: HTML? = nil) -> HTML? {
    guard !examples.isEmpty else { return nil }
    let cards = examples.map(card)
    return section(heading, lead, "<div class=\"examples\">\n\(cards)</div>\n")
  }

  private func card(_ example: Example) -> HTML {
    let isRight = example.gold == example.predicted
    let words: HTML =
      isRight
      ? "<b class=\"good\">\(example.predicted)</b>"
      : "<b class=\"bad\">\(example.predicted)</b><br><span>is \(example.gold)</span>"
    let text = isRight ? example.gold : "\(example.gold), taken for \(example.predicted)"
    return """
      <figure>\(example.image.element(alt: text))<figcaption>\(words)\
      <span class="confidence">\(example.confidence.percent())</span></figcaption></figure>

      """
  }
}

extension Image {
  /// The image inside the page. Small ones keep every pixel, also magnified; large ones become smaller JPEG files.
  fileprivate func element(alt: String) -> HTML {
    let longest = max(width, height)
    let isTiny = longest <= 64
    let shown = longest > 256 ? thumbnail(longest: 256) : self
    guard let data = try? shown.encoded(as: isTiny || channels == 4 ? .png : .jpeg(quality: 85)) else {
      return "<div class=\"missing\">no image</div>"
    }
    let type = isTiny || channels == 4 ? "image/png" : "image/jpeg"
    let style: HTML = isTiny ? " class=\"tiny\"" : ""
    return "<img\(style) src=\"\(HTML.dataURI(data, type: type))\" alt=\"\(alt)\">"
  }

  private func thumbnail(longest: Int) -> Image {
    let scale = Double(longest) / Double(max(width, height))
    let small = tensor.unsqueeze(0).to(.float32).interpolate(
      height: max(1, Int(Double(height) * scale)), width: max(1, Int(Double(width) * scale)), antialias: true)
    return Image((small.squeeze(0) / 255).clamp(min: 0, max: 1))
  }
}
