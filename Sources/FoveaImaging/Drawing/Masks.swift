import CCairo
import Torch

extension Canvas {
  /// Tints the pixels of one object, and draws its outline.
  ///
  /// - Parameters:
  ///   - mask: `[H, W]` of the image that is drawn on, `bool` or a number that is not 0 where the object is.
  ///   - opacity: How much of the picture the colour hides, 0 to 1.
  /// - Precondition: the mask is as large as the image.
  public func mask(_ mask: Tensor, color: Color, opacity: Double = 0.45) {
    checkSize(of: mask, called: "mask")
    let inside = mask.to(.bool)
    // An outline pixel belongs to the object, and one of its four neighbours does not.
    let eroded = inside.to(.float32).reshape(1, 1, Int(height), Int(width))
    let outside = (1 - eroded).maxPool2d(3, stride: 1, padding: 1).reshape(Int(height), Int(width)) .> 0
    tint(inside.to(.uint8) * Int(min(max(opacity, 0), 1) * 255), color: color)
    tint((inside .&& outside).to(.uint8) * 255, color: color)
  }

  /// Tints every pixel with the colour of its class, as semantic segmentation does.
  ///
  /// - Parameters:
  ///   - map: `[H, W]` of the image that is drawn on: the class of each pixel.
  ///   - ignoring: Classes that are left as they are; 255 is "do not count" in most sets.
  ///   - opacity: How much of the picture the colours hide, 0 to 1.
  /// - Precondition: the map is as large as the image.
  public func labelMap(_ map: Tensor, ignoring: Set<Int> = [255], opacity: Double = 0.6) {
    checkSize(of: map, called: "label map")
    for label in Set(map.array(Int.self)).subtracting(ignoring).sorted() {
      tint((map .== label).to(.uint8) * Int(min(max(opacity, 0), 1) * 255), color: .distinct(label))
    }
  }

  private func checkSize(of map: Tensor, called name: String) {
    precondition(
      map.shape == [Int(height), Int(width)],
      "a \(name) of shape \(map.shape) on an image of \(Int(height)) rows and \(Int(width)) columns")
  }

  /// Lays a colour over the picture, each pixel with its own opacity: `uint8` `[H, W]`.
  private func tint(_ opacities: Tensor, color: Color) {
    guard let stencil = cairo_image_surface_create(CAIRO_FORMAT_A8, Int32(width), Int32(height)) else { return }
    defer { cairo_surface_destroy(stencil) }
    cairo_surface_flush(stencil)
    guard let target = cairo_image_surface_get_data(stencil) else { return }
    let stride = Int(cairo_image_surface_get_stride(stencil))
    opacities.withUnsafeBytes { source in
      for y in 0..<Int(height) {
        let row = UnsafeRawBufferPointer(rebasing: source[y * Int(width)..<(y + 1) * Int(width)])
        UnsafeMutableRawBufferPointer(start: target + y * stride, count: row.count).copyMemory(from: row)
      }
    }
    cairo_surface_mark_dirty(stencil)
    guard let pattern = cairo_pattern_create_for_surface(stencil) else { return }
    defer { cairo_pattern_destroy(pattern) }
    cairo_pattern_set_filter(pattern, scale > 1 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
    cairo_save(context)
    cairo_scale(context, scale, scale)
    setColor(color)
    cairo_mask(context, pattern)
    cairo_restore(context)
  }
}
