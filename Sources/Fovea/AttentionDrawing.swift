import FoveaImaging
import Torch

extension Captioner {
  /// A picture of where the model looked for each word: the image, and once more for each token, coloured where it looked.
  ///
  /// - Throws: what ``explain(_:)`` does, or what is wrong with drawing.
  public func drawAttention(_ image: Image) throws -> Image {
    let (caption, words) = try explain(image)
    var grid = ImageGrid([ImageGrid.Cell(image)], columns: min(6, words.count + 1), title: caption.text)
    for (text, attention) in words {
      // The brightest place of each word is drawn in full: what matters is where it is.
      let map = Heatmap(attention / max(attention.max().item(Double.self), 1e-9))
      grid.cells.append(
        ImageGrid.Cell(map.drawn(over: image, seen: seen(of: image)), caption: [.init(text.isEmpty ? "·" : text)]))
    }
    return try grid.render()
  }
}
