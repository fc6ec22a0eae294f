import Foundation
import FoveaImaging
import Torch

extension ImageProcessor {
  /// The name of transformers' file.
  public static let fileName = "preprocessor_config.json"

  /// Reads `preprocessor_config.json`, as transformers' image processors understand it, old and new spellings alike.
  ///
  /// - Parameters:
  ///   - fields: the file's fields.
  ///   - modelType: the `model_type` of the `config.json` beside it, which decides where the file names no processor.
  /// - Throws: ``JSONFieldError`` for values out of range, and for processors that do more than resize, crop, rescale and
  ///   normalise.
  public init(_ fields: JSONFields, modelType: String? = nil) throws {
    let defaults = try ImageProcessorDefaults(for: fields, modelType: modelType)
    self = defaults.processor
    if let value = fields["resample"] { resample = try Self.resample(value, fields, key: "resample") }

    var edge: Int?
    if try fields.bool("do_resize", default: defaults.resizes) {
      scaling = try Self.scaling(fields, defaults: defaults)
      if case .shortestEdge(let length) = scaling { edge = length }
    } else {
      scaling = nil
    }
    if try fields.bool("do_center_crop", default: defaults.crops) {
      crop = try Self.exactSize(fields, "crop_size") ?? defaults.crop
    } else {
      crop = nil
    }
    if defaults.isConvNeXt, let edge { try applyCropShare(fields, edge: edge) }

    let factor = try fields.number("rescale_factor", default: 1.0 / 255, in: 1e-9...1e9)
    rescaleFactor = try fields.bool("do_rescale", default: true) ? factor : nil
    if try fields.bool("do_normalize", default: true) {
      let statistics = defaults.processor.statistics ?? .half
      self.statistics = ChannelStatistics(
        mean: try Self.channels(fields, "image_mean", statistics.mean, in: -1e6...1e6),
        standardDeviation: try Self.channels(fields, "image_std", statistics.standardDeviation, in: 1e-6...1e6))
    } else {
      statistics = nil
    }
    for key in ["do_pad", "do_flip_channel_order", "rescale_offset", "do_color_quantize", "do_reduce_labels"]
    where try !(key == "do_pad" && defaults.pads) && fields.bool(key, default: false) {
      throw fields.error(key, "is true, which Fovea's image processor cannot do")
    }
    if defaults.pads, let size = fields["pad_size"] {
      throw fields.error("pad_size", "is \(size), but Fovea pads images to the largest one of their batch")
    }
  }

  /// ConvNeXt's way: below 384 pixels more is kept than is seen, and the middle is cut out; from there on, nothing is.
  private mutating func applyCropShare(_ fields: JSONFields, edge: Int) throws {
    let share = try fields.number("crop_pct", default: 224.0 / 256, in: 0.01...1)
    // A crop that the file asks for besides is made after this one, of no other size in any published model.
    if let crop, crop != ImageSize(edge) {
      throw fields.error("crop_size", "is \(crop), but a ConvNeXt processor of size \(edge) crops to that")
    }
    if edge < 384 {
      scaling = .shortestEdge(Int(Double(edge) / share))
      crop = ImageSize(edge)
    } else {
      scaling = .exact(ImageSize(edge))
    }
  }

  private static let sides = 1...8192

  private static func scaling(_ fields: JSONFields, defaults: ImageProcessorDefaults) throws -> Scaling? {
    guard let value = fields["size"] else { return defaults.processor.scaling }
    if value.integer != nil {
      let side = try fields.integer("size", default: 0, in: sides)
      if let limit = defaults.longestEdge {
        return .edges(shortest: side, longest: try fields.integer("max_size", default: limit, in: sides))
      }
      return defaults.isSquare ? .exact(ImageSize(side)) : .shortestEdge(side)
    }
    if let size = try exactSize(fields, "size") { return .exact(size) }
    guard let size = try fields.object("size"), size.has("shortest_edge") else {
      throw fields.wrong("size", value, "a number, or an object with height and width, or with shortest_edge")
    }
    let shortest = try size.integer("shortest_edge", default: 0, in: sides)
    guard size.has("longest_edge") else { return .shortestEdge(shortest) }
    return .edges(shortest: shortest, longest: try size.integer("longest_edge", default: 0, in: sides))
  }

  /// A size of height and width, as a number, a list or an object; nil where the field is none of these.
  private static func exactSize(_ fields: JSONFields, _ key: String) throws -> ImageSize? {
    guard let value = fields[key] else { return nil }
    if value.integer != nil { return ImageSize(try fields.integer(key, default: 0, in: sides)) }
    if value.array != nil {
      let numbers = try fields.integers(key, default: [], count: 2, in: sides)
      return ImageSize(height: numbers[0], width: numbers[1])
    }
    guard let size = try fields.object(key), size.has("height") || size.has("width") else { return nil }
    guard size.has("height"), size.has("width") else { throw fields.wrong(key, value, "both height and width") }
    return ImageSize(
      height: try size.integer("height", default: 0, in: sides), width: try size.integer("width", default: 0, in: sides)
    )
  }

  private static func resample(_ value: JSONValue, _ fields: JSONFields, key: String) throws -> Resample {
    guard let number = value.integer, let resample = Resample(rawValue: number) else {
      throw fields.wrong(key, value, "0 (nearest), 1 (lanczos), 2 (bilinear) or 3 (bicubic)")
    }
    return resample
  }

  /// One number a channel; one for all three is written as a number, too.
  private static func channels(
    _ fields: JSONFields, _ key: String, _ fallback: [Double], in range: ClosedRange<Double>
  ) throws -> [Double] {
    guard let value = fields[key] else { return fallback }
    if value.number != nil { return Array(repeating: try fields.number(key, default: 0, in: range), count: 3) }
    let numbers = value.array?.compactMap(\.number) ?? []
    guard numbers.count == value.array?.count, [1, 3].contains(numbers.count), numbers.allSatisfy(range.contains) else {
      throw fields.wrong(key, value, "3 numbers in \(range.lowerBound)...\(range.upperBound)")
    }
    return numbers
  }
}

extension ImageProcessor {
  /// Reads timm's `pretrained_cfg`: what its evaluation does to images.
  ///
  /// - Throws: ``JSONFieldError`` for values out of range, and for what Fovea does not do.
  public init(timm fields: JSONFields) throws {
    let shape = try fields.integers("input_size", default: [3, 224, 224], count: 3, in: 1...8192)
    let size = ImageSize(height: shape[1], width: shape[2])
    let share = try fields.number("crop_pct", default: 0.875, in: 0.01...1)
    let name = try fields.text(
      "interpolation", default: "bicubic", oneOf: ["bicubic", "bilinear", "nearest", "lanczos", "random"])
    let resamples: [String: Resample] = ["nearest": .nearest, "lanczos": .lanczos, "bicubic": .bicubic]
    let mode = try fields.text("crop_mode", default: "center", oneOf: ["center", "squash"])
    let inner = ImageSize(
      height: Int((Double(size.height) / share).rounded(.down)), width: Int((Double(size.width) / share).rounded(.down))
    )
    guard mode == "squash" || inner.height == inner.width else {
      throw fields.error("input_size", "is \(size), but Fovea crops only squares in timm's way")
    }
    self.init(
      scaling: mode == "squash" ? .exact(inner) : .shortestEdge(inner.height), resample: resamples[name] ?? .bilinear,
      crop: size,
      statistics: ChannelStatistics(
        mean: try Self.channels(fields, "mean", ChannelStatistics.imageNet.mean, in: -1e6...1e6),
        standardDeviation: try Self.channels(
          fields, "std", ChannelStatistics.imageNet.standardDeviation, in: 1e-6...1e6)),
      convention: .timm)
  }
}
