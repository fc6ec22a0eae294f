import Foundation

/// Why a chart could not be drawn.
public enum ChartError: Error, Sendable, Hashable, CustomStringConvertible, LocalizedError {
  /// The program that draws charts is not installed.
  case gnuplotMissing
  /// gnuplot refused, and said why.
  case gnuplotFailed(String)
  /// There is not one finite number to draw (above 0, on a logarithmic axis).
  case nothingToDraw(title: String)
  /// The file's ending names no format that charts have, or the file could not be written.
  case unwritable(path: String, reason: String)

  public var description: String {
    switch self {
    case .gnuplotMissing:
      "charts are drawn by gnuplot, which is not installed; install it with 'apt install gnuplot-nox' (macOS: 'brew install gnuplot')"
    case .gnuplotFailed(let message): "gnuplot could not draw the chart: \(message)"
    case .nothingToDraw(let title): "the chart '\(title)' has no finite number to draw"
    case .unwritable(let path, let reason): "\(path): the chart cannot be written: \(reason)"
    }
  }

  public var errorDescription: String? { description }
}
