import Foundation
import Torch

extension ImageProcessor {
  /// The fields of a `preprocessor_config.json` by which transformers does the same: as those of its `BitImageProcessor`,
  /// which can do all of it. ``Convention/timm`` cannot be written, and becomes transformers' own.
  public var transformersFields: [String: JSONValue] {
    var fields: [String: JSONValue] = [
      "image_processor_type": .text("BitImageProcessor"), "do_convert_rgb": .bool(true),
      "do_resize": .bool(scaling != nil), "resample": .integer(resample.rawValue),
      "do_center_crop": .bool(crop != nil), "do_rescale": .bool(rescaleFactor != nil),
      "do_normalize": .bool(statistics != nil),
    ]
    func sides(_ size: ImageSize) -> JSONValue {
      .object(["height": .integer(size.height), "width": .integer(size.width)])
    }
    switch scaling {
    case nil: break
    case .exact(let size): fields["size"] = sides(size)
    case .shortestEdge(let length): fields["size"] = .object(["shortest_edge": .integer(length)])
    case .edges(let shortest, let longest):
      fields["size"] = .object(["shortest_edge": .integer(shortest), "longest_edge": .integer(longest)])
    }
    if let crop { fields["crop_size"] = sides(crop) }
    if let rescaleFactor { fields["rescale_factor"] = .number(rescaleFactor) }
    if let statistics {
      fields["image_mean"] = .array(statistics.mean.map(JSONValue.number))
      fields["image_std"] = .array(statistics.standardDeviation.map(JSONValue.number))
    }
    return fields
  }

  /// Writes `preprocessor_config.json` into a folder.
  ///
  /// - Throws: the error of the file system.
  public func write(to folder: URL) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(transformersFields).write(to: folder.appendingPathComponent(Self.fileName), options: .atomic)
  }
}
