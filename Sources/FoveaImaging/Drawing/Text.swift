import CCairo

/// The rectangle behind a label, in pixels of the surface.
struct Plate {
  var x: Double
  var y: Double
  let width: Double
  let height: Double

  func overlaps(_ other: Plate) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
  }
}

/// Where a text lies in respect of the place that it is given.
public enum TextAlignment: Sendable, Hashable {
  case left
  case center
  case right
}

extension Canvas {
  /// A line of text whose top is at `y`.
  ///
  /// - Parameters:
  ///   - size: The height of the letters in pixels of the picture; if none is given, one that fits the image.
  ///   - plate: The colour behind the text, if any.
  ///   - width: The room there is, in pixels of the image; a longer text ends with an ellipsis.
  public func text(
    _ text: String, x: Double, y: Double, color: Color = .black, size: Double? = nil, bold: Bool = false,
    plate: Color? = nil, alignment: TextAlignment = .left, width: Double = .infinity
  ) {
    useFont(size: size ?? labelSize, bold: bold)
    defer { useLabelFont() }
    let fitted = fitted(text, width: width * scale)
    let advance = advance(of: fitted)
    let shift = alignment == .left ? 0 : alignment == .center ? advance / 2 : advance
    let left = (onSurface(x) - shift).rounded()
    let top = onSurface(y).rounded()
    if let plate {
      setColor(plate)
      cairo_rectangle(context, left - 3, top - 1, advance + 6, lineHeight + 2)
      cairo_fill(context)
    }
    write(fitted, left: left, top: top, color: color)
  }

  /// How wide a line of text of this size is, in pixels of the picture.
  public func width(of text: String, size: Double, bold: Bool = false) -> Double {
    useFont(size: size, bold: bold)
    defer { useLabelFont() }
    return advance(of: text)
  }

  /// Writes a label at a box: above it, else inside at its top, else below, else further down, whichever is free.
  func label(_ label: String, color: Color, left: Double, top: Double, bottom: Double) {
    let surfaceWidth = width * scale
    let surfaceHeight = height * scale
    let text = fitted(label, width: surfaceWidth - 6)
    var plate = Plate(x: left, y: 0, width: advance(of: text) + 6, height: lineHeight + 1)
    plate.x = max(0, min(left, surfaceWidth - plate.width)).rounded()
    let down = stride(from: max(top, 0) + plate.height, through: min(bottom, surfaceHeight), by: plate.height)
    let places = [top - plate.height, top, bottom, bottom - plate.height] + down
    let inside = places.map { $0.rounded() }.filter { $0 >= 0 && $0 + plate.height <= surfaceHeight }
    let free = inside.first { y in
      plate.y = y
      return !plates.contains { $0.overlaps(plate) }
    }
    plate.y = free ?? inside.first ?? max(0, min(top, surfaceHeight - plate.height)).rounded()
    plates.append(plate)
    setColor(color)
    cairo_rectangle(context, plate.x, plate.y, plate.width, plate.height)
    cairo_fill(context)
    write(text, left: plate.x + 3, top: plate.y, color: color.contrasting)
  }

  /// The size of letters that are read with ease on an image of this size, in pixels.
  private var labelSize: Double { min(max(12, (min(width, height) * scale / 32).rounded()), 28) }

  func useLabelFont() { useFont(size: labelSize, bold: true) }

  /// DejaVu Sans comes with Cairo on Debian; elsewhere fontconfig finds the nearest.
  private func useFont(size: Double, bold: Bool) {
    cairo_select_font_face(
      context, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, size)
    let options = cairo_font_options_create()
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT)
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }

  private func write(_ text: String, left: Double, top: Double, color: Color) {
    var font = cairo_font_extents_t()
    cairo_font_extents(context, &font)
    setColor(color)
    cairo_move_to(context, left, (top + font.ascent).rounded())
    cairo_show_text(context, text)
    cairo_new_path(context)
  }

  private var lineHeight: Double {
    var font = cairo_font_extents_t()
    cairo_font_extents(context, &font)
    return (font.ascent + font.descent).rounded(.up)
  }

  private func advance(of text: String) -> Double {
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return extents.x_advance
  }

  /// The text on one line, shortened until it is no wider than this.
  private func fitted(_ text: String, width: Double) -> String {
    // Names come from files: a line break, or a zero byte, which would end the text, becomes a space.
    let line = String(text.prefix(500).map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } ? " " : $0 })
    if advance(of: line) <= width { return line }
    var kept = line
    while !kept.isEmpty, advance(of: kept + "…") > width { kept.removeLast() }
    return kept + "…"
  }
}
