import CCairo

extension Canvas {
  /// A rectangle, and a label on a plate of its colour, where it covers neither the image's edge nor another label.
  ///
  /// - Parameters:
  ///   - left: The rectangle's sides, as in a box `xyxy`.
  ///   - label: A name, often with a score; without it there is no plate.
  public func box(left: Double, top: Double, right: Double, bottom: Double, color: Color, label: String? = nil) {
    let x = onSurface(left)
    let y = onSurface(top)
    // The line lies inside the box, so that one at the image's edge is seen whole.
    let inset = lineWidth / 2
    let width = max(0, onSurface(right) - x - lineWidth)
    let height = max(0, onSurface(bottom) - y - lineWidth)
    cairo_rectangle(context, x + inset, y + inset, width, height)
    strokeWithRim(color, width: lineWidth)
    if let label, !label.isEmpty { self.label(label, color: color, left: x, top: y, bottom: onSurface(bottom)) }
  }

  /// A rectangle filled with a colour.
  public func fill(left: Double, top: Double, right: Double, bottom: Double, color: Color) {
    let x = onSurface(left)
    let y = onSurface(top)
    cairo_rectangle(context, x, y, max(0, onSurface(right) - x), max(0, onSurface(bottom) - y))
    setColor(color)
    cairo_fill(context)
  }

  /// A straight line; `width` is in pixels of the picture.
  public func line(
    from start: (x: Double, y: Double), to end: (x: Double, y: Double), color: Color, width: Double? = nil
  ) {
    cairo_move_to(context, onSurface(start.x), onSurface(start.y))
    cairo_line_to(context, onSurface(end.x), onSurface(end.y))
    strokeWithRim(color, width: width ?? lineWidth)
  }

  /// A dot with a white rim at each place, such as the landmarks of a face; `radius` is in pixels of the picture.
  public func points(_ places: [(x: Double, y: Double)], color: Color, radius: Double? = nil) {
    let radius = radius ?? lineWidth * 1.5
    for place in places {
      cairo_new_sub_path(context)
      cairo_arc(context, onSurface(place.x), onSurface(place.y), radius + 1, 0, 2 * .pi)
      setColor(.white)
      cairo_fill(context)
      cairo_arc(context, onSurface(place.x), onSurface(place.y), radius, 0, 2 * .pi)
      setColor(color)
      cairo_fill(context)
    }
  }

  /// Draws the path with a faint dark rim, so that every colour is seen on every picture.
  private func strokeWithRim(_ color: Color, width: Double) {
    cairo_set_line_join(context, CAIRO_LINE_JOIN_MITER)
    cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    cairo_set_line_width(context, width + 1.5)
    setColor(.black, opacity: 0.35)
    cairo_stroke_preserve(context)
    cairo_set_line_width(context, width)
    setColor(color)
    cairo_stroke(context)
  }
}
