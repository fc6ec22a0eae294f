import Foundation

// How pictures show themselves in a notebook.
//
// A notebook asks a value by the standard library's `CustomPlaygroundDisplayConvertible` and takes a dictionary from MIME
// types to texts and bytes. So nothing here depends on the notebook's kernel.

extension Image: CustomPlaygroundDisplayConvertible {
  /// The pixels as a PNG file; of more than a million as a JPEG file, which keeps notebooks small.
  public var playgroundDescription: Any {
    if width * height > 1_000_000, channels < 4, let file = try? encoded(as: .jpeg(quality: 85)) {
      return ["image/jpeg": file, "text/plain": description] as [String: Any]
    }
    guard let file = try? encoded(as: .png) else { return description }
    return ["image/png": file, "text/plain": description] as [String: Any]
  }
}

extension Chart: CustomPlaygroundDisplayConvertible {
  /// The chart as a drawing, or why it cannot be drawn.
  public var playgroundDescription: Any {
    do {
      return ["image/svg+xml": try svg(), "text/plain": "chart '\(title)'"] as [String: Any]
    } catch {
      return "\(error)"
    }
  }
}

extension ImageGrid: CustomPlaygroundDisplayConvertible {
  /// The grid as one picture, or why it cannot be drawn.
  public var playgroundDescription: Any {
    guard !cells.isEmpty else { return "an empty grid" }
    do { return try render() } catch { return "\(error)" }
  }
}
