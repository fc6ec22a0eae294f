extension Image {
  /// A strip on white that tells which colour is which class, to be shown below a picture of a label map.
  ///
  /// - Parameters:
  ///   - names: The classes' names and numbers; the number decides the colour, as in ``Color/distinct(_:)``.
  ///   - width: The strip's width in pixels; it is as high as its rows need.
  /// - Precondition: there is at least one name.
  /// - Throws: ``ImageError`` if the strip is too large to be drawn on.
  public static func legend(_ names: [(label: Int, name: String)], width: Int) throws -> Image {
    precondition(!names.isEmpty && width > 0, "a legend without names, or without width")
    let size = 13.0
    let rowHeight = 20
    let swatch = 14.0
    let ruler = try Canvas(Image(width: 1, height: 1, color: .white))
    let longest = names.map { ruler.width(of: $0.name, size: size) }.max() ?? 0
    let columns = min(max(1, Int(Double(width) / (longest + swatch + 22))), names.count)
    let columnWidth = Double(width) / Double(columns)
    let rows = (names.count + columns - 1) / columns
    return try Image(width: width, height: rows * rowHeight + 8, color: .white).drawing { canvas in
      for (index, entry) in names.enumerated() {
        let (row, column) = index.quotientAndRemainder(dividingBy: columns)
        let x = (Double(column) * columnWidth).rounded() + 6
        let y = Double(row * rowHeight) + 6
        canvas.fill(left: x, top: y, right: x + swatch, bottom: y + swatch, color: .distinct(entry.label))
        canvas.text(entry.name, x: x + swatch + 5, y: y - 1, size: size, width: columnWidth - swatch - 12)
      }
    }
  }
}
