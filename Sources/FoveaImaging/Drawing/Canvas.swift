import CCairo

/// An image to draw on, through Cairo.
///
/// ```swift
/// let picture = try photograph.drawing { canvas in
///   canvas.box(left: 30, top: 40, right: 190, bottom: 220, color: .distinct(0), label: "cat 0.97")
/// }
/// ```
///
/// Places are given in pixels of the image that is drawn on, from its top left corner, and may have fractions. `scale`
/// enlarges the picture, but neither letters nor lines, so that there is room for them on a small image.
///
/// A canvas belongs to one thread.
public final class Canvas {
  /// The width of the image that is drawn on, before it is scaled.
  public let width: Double

  /// The height of the image that is drawn on, before it is scaled.
  public let height: Double

  let scale: Double
  let surface: OpaquePointer
  let context: OpaquePointer

  /// Where labels were written, so that the next one can make room.
  var plates: [Plate] = []

  /// A canvas with a copy of an image. What is drawn is RGB: grey is repeated, and alpha dropped.
  ///
  /// - Throws: ``ImageError`` if the scaled image has more than 32,767 pixels a side, where Cairo ends.
  public init(_ image: Image, scale: Double = 1) throws(ImageError) {
    let pixelWidth = (Double(image.width) * scale).rounded()
    let pixelHeight = (Double(image.height) * scale).rounded()
    guard (1...32767).contains(pixelWidth), (1...32767).contains(pixelHeight),
      let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(pixelWidth), Int32(pixelHeight)),
      let context = cairo_create(surface)
    else {
      let reason = "\(pixelWidth) x \(pixelHeight) pixels; a side may have 1 to 32,767"
      throw ImageError(name: "canvas", problem: .undrawable(reason: reason))
    }
    width = Double(image.width)
    height = Double(image.height)
    self.scale = scale
    self.surface = surface
    self.context = context
    if scale == 1 {
      image.copy(to: surface)
    } else {
      paint(image, x: 0, y: 0, width: width, height: height)
    }
    useLabelFont()
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// What has been drawn so far: an RGB image, `scale` times as large as the one drawn on.
  public var image: Image { Image(copying: surface) }

  /// Draws an image into a rectangle. A small one that is enlarged keeps its hard pixels; others are smoothed.
  public func paint(_ image: Image, x: Double, y: Double, width: Double, height: Double) {
    let source = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(clamping: image.width), Int32(clamping: image.height))
    defer { cairo_surface_destroy(source) }
    guard let source, cairo_surface_status(source) == CAIRO_STATUS_SUCCESS else { return }
    image.copy(to: source)
    let horizontal = width * scale / Double(image.width)
    let vertical = height * scale / Double(image.height)
    cairo_save(context)
    cairo_translate(context, x * scale, y * scale)
    cairo_scale(context, horizontal, vertical)
    cairo_set_source_surface(context, source, 0, 0)
    let showsPixels = max(image.width, image.height) <= 64 && min(horizontal, vertical) >= 1
    cairo_pattern_set_filter(cairo_get_source(context), showsPixels ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
    cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD)  // no transparent rim
    cairo_rectangle(context, 0, 0, Double(image.width), Double(image.height))
    cairo_fill(context)
    cairo_restore(context)
  }

  func setColor(_ color: Color, opacity: Double = 1) {
    cairo_set_source_rgba(
      context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255, opacity)
  }

  /// A place on the surface. Predictions can be anywhere; Cairo's numbers end at eight million.
  func onSurface(_ coordinate: Double) -> Double {
    coordinate.isNaN ? 0 : min(max(coordinate * scale, -100_000), 100_000)
  }

  /// The thickness of lines that are well seen on an image of this size, in pixels of the surface.
  var lineWidth: Double { min(max(2, (min(width, height) * scale / 180).rounded()), 6) }
}

extension Image {
  /// This image with something drawn on it; `scale` makes it larger first.
  ///
  /// - Throws: ``ImageError`` if the scaled image is too large to be drawn on, or what `body` throws.
  public func drawing(scale: Double = 1, _ body: (Canvas) throws -> Void) throws -> Image {
    let canvas = try Canvas(self, scale: scale)
    try body(canvas)
    return canvas.image
  }

  /// Copies the pixels to a surface of the same size, in which a pixel is the number 0x00RRGGBB.
  fileprivate func copy(to surface: OpaquePointer) {
    cairo_surface_flush(surface)
    guard let target = cairo_image_surface_get_data(surface) else { return }
    let stride = Int(cairo_image_surface_get_stride(surface))
    let rgb = converted(to: .rgb)
    rgb.pixels.withUnsafeBufferPointer { source in
      var next = 0
      for y in 0..<height {
        let row = UnsafeMutableRawPointer(target + y * stride).assumingMemoryBound(to: UInt32.self)
        for x in 0..<width {
          row[x] = UInt32(source[next]) << 16 | UInt32(source[next + 1]) << 8 | UInt32(source[next + 2])
          next += 3
        }
      }
    }
    cairo_surface_mark_dirty(surface)
  }

  /// The RGB image on a surface.
  fileprivate init(copying surface: OpaquePointer) {
    cairo_surface_flush(surface)
    let width = Int(cairo_image_surface_get_width(surface))
    let height = Int(cairo_image_surface_get_height(surface))
    let stride = Int(cairo_image_surface_get_stride(surface))
    guard let source = cairo_image_surface_get_data(surface) else {
      preconditionFailure("Cairo lost an image of \(width) x \(height) pixels")
    }
    let count = width * height * 3
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      var next = 0
      for y in 0..<height {
        let row = UnsafeRawPointer(source + y * stride).assumingMemoryBound(to: UInt32.self)
        for x in 0..<width {
          target[next] = UInt8(truncatingIfNeeded: row[x] >> 16)
          target[next + 1] = UInt8(truncatingIfNeeded: row[x] >> 8)
          target[next + 2] = UInt8(truncatingIfNeeded: row[x])
          next += 3
        }
      }
      initialized = count
    }
    self.init(width: width, height: height, channels: 3, pixels: pixels)
  }
}
