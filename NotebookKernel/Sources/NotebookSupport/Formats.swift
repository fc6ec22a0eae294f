/// Something that the notebook shows as it is.
protocol DisplayFormat {
  var mime: String { get }
  var content: DisplayBundle.Content { get }
  /// What a reader without pictures sees.
  var plainText: String { get }
}

/// A piece of a web page.
public struct HTML: DisplayFormat, Sendable {
  public var source: String

  public init(_ source: String) { self.source = source }

  var mime: String { "text/html" }
  var content: DisplayBundle.Content { .text(source) }
  var plainText: String { source }
}

/// Text with Markdown's marks, formulas between dollar signs included.
public struct Markdown: DisplayFormat, Sendable {
  public var source: String

  public init(_ source: String) { self.source = source }

  var mime: String { "text/markdown" }
  var content: DisplayBundle.Content { .text(source) }
  var plainText: String { source }
}

/// A vector drawing: an `<svg>` element.
public struct SVG: DisplayFormat, Sendable {
  public var source: String

  public init(_ source: String) { self.source = source }

  var mime: String { "image/svg+xml" }
  var content: DisplayBundle.Content { .text(source) }
  var plainText: String { "SVG drawing" }
}

/// A PNG file.
public struct PNG: DisplayFormat, Sendable {
  public var bytes: [UInt8]

  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  var mime: String { "image/png" }
  var content: DisplayBundle.Content { .bytes(bytes) }
  var plainText: String { "PNG image, \(bytes.count) bytes" }
}

/// A JPEG file.
public struct JPEG: DisplayFormat, Sendable {
  public var bytes: [UInt8]

  public init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  var mime: String { "image/jpeg" }
  var content: DisplayBundle.Content { .bytes(bytes) }
  var plainText: String { "JPEG image, \(bytes.count) bytes" }
}

/// JSON text, which JupyterLab shows as a tree.
public struct JSON: DisplayFormat, Sendable {
  public var source: String

  public init(_ source: String) { self.source = source }

  var mime: String { "application/json" }
  var content: DisplayBundle.Content { .text(source) }
  var plainText: String { source }
}

/// A Vega-Lite specification (version 5), as JSON text: an interactive chart.
public struct VegaLite: DisplayFormat, Sendable {
  public var source: String

  public init(_ source: String) { self.source = source }

  var mime: String { "application/vnd.vegalite.v5+json" }
  var content: DisplayBundle.Content { .text(source) }
  var plainText: String { "Vega-Lite chart" }
}
