import Foundation

/// A chart for a report or a notebook, drawn by gnuplot.
///
/// ```swift
/// var chart = Chart(title: "ResNet-18 on CIFAR-10", x: Chart.Axis("epoch"), y: Chart.Axis("loss"))
/// chart.addLine("training", y: trainingLosses)
/// chart.addLine("validation", y: validationLosses, dashed: true)
/// try chart.write(to: URL(filePath: "loss.svg"))
/// ```
///
/// ``bars(title:labels:groups:y:)``, ``histogram(title:_:bins:x:)`` and
/// ``confusionMatrix(title:_:names:)`` make the other kinds.
public struct Chart: Sendable {
  /// One side of a chart.
  public struct Axis: Sendable, Hashable {
    /// What is measured, with its unit.
    public var title: String

    /// Whether equal distances are equal ratios; then values of 0 and below are left out.
    public var isLogarithmic: Bool

    /// The numbers at the ends; chosen from the data if none are given.
    public var range: ClosedRange<Double>?

    public init(_ title: String = "", isLogarithmic: Bool = false, range: ClosedRange<Double>? = nil) {
      self.title = title
      self.isLogarithmic = isLogarithmic
      self.range = range
    }
  }

  /// What is drawn between the axes.
  enum Content: Sendable {
    case series([Series])
    case bars(Bars)
    case matrix(Matrix)
  }

  /// What is written above.
  public var title: String
  /// The horizontal axis.
  public var x: Axis
  /// The vertical axis.
  public var y: Axis

  var content: Content

  /// A chart without curves; `addLine` and `addPoints` add them.
  public init(title: String = "", x: Axis = Axis(), y: Axis = Axis()) {
    self.init(title: title, x: x, y: y, content: .series([]))
  }

  init(title: String, x: Axis, y: Axis, content: Content) {
    self.title = title
    self.x = x
    self.y = y
    self.content = content
  }

  /// The chart as a PNG file; sizes are in pixels.
  ///
  /// - Throws: ``ChartError`` if gnuplot is missing, or there is nothing to draw.
  public func png(width: Int? = nil, height: Int? = nil) throws -> Data {
    let size = size(width, height)
    let terminal = "pngcairo size \(size.width),\(size.height) font 'DejaVu Sans,10' background '#ffffff'"
    return try Gnuplot.run(script(terminal: terminal, size))
  }

  /// The chart as an SVG element, to be saved or put into a page; sizes are in pixels.
  ///
  /// - Throws: ``ChartError`` if gnuplot is missing, or there is nothing to draw.
  public func svg(width: Int? = nil, height: Int? = nil) throws -> String {
    let size = size(width, height)
    let font = "DejaVu Sans,Verdana,Helvetica,Arial,sans-serif"
    let terminal = "svg size \(size.width),\(size.height) dynamic font '\(font)' fontscale 1.0 background '#ffffff'"
    let document = String(decoding: try Gnuplot.run(script(terminal: terminal, size)), as: UTF8.self)
    // An element in a page has no prologue.
    return document.range(of: "<svg").map { String(document[$0.lowerBound...]) } ?? document
  }

  /// The chart as an image; sizes are in pixels.
  ///
  /// - Throws: ``ChartError`` if gnuplot is missing, or there is nothing to draw.
  public func image(width: Int? = nil, height: Int? = nil) throws -> Image {
    try Image(decoding: png(width: width, height: height), name: title)
  }

  /// Writes the chart, in one step, to a file whose name ends in png or svg.
  ///
  /// - Throws: ``ChartError`` if gnuplot is missing, there is nothing to draw, or the file cannot be written.
  public func write(to url: URL, width: Int? = nil, height: Int? = nil) throws {
    let data: Data
    switch url.pathExtension.lowercased() {
    case "png": data = try png(width: width, height: height)
    case "svg": data = Data(try svg(width: width, height: height).utf8)
    default: throw ChartError.unwritable(path: url.path, reason: "the name ends neither in png nor in svg")
    }
    do {
      try data.write(to: url, options: .atomic)
    } catch {
      throw ChartError.unwritable(path: url.path, reason: error.localizedDescription)
    }
  }

  private func size(_ width: Int?, _ height: Int?) -> (width: Int, height: Int) {
    var size = (width: 640, height: 400)
    if case .matrix(let matrix) = content { size = matrix.naturalSize }
    return (max(width ?? size.width, 100), max(height ?? size.height, 100))
  }
}
