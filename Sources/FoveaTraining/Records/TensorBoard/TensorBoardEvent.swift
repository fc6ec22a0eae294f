import Foundation

/// One entry of an event file: `tensorflow.Event`. The field numbers are those of TensorBoard's `event.proto`,
/// `summary.proto` and `tensor.proto`.
struct TensorBoardEvent {
  /// Seconds since 1970.
  let wallTime: Double
  let step: Int
  let content: Content

  enum Content {
    /// The first entry of every file.
    case fileVersion
    /// What was logged for this step or a later one before is void: a run goes on from here.
    case start
    case values([Value])
  }

  /// Something with a name: `tensorflow.Summary.Value`.
  enum Value {
    case scalar(String, Float)
    /// A PNG file with its size and its number of channels.
    case image(String, png: Data, width: Int, height: Int, channels: Int)
    /// Markdown.
    case text(String, String)
  }

  /// The event in its wire format.
  var bytes: [UInt8] {
    var event = ProtobufMessage()
    event.append(wallTime, as: 1)
    if step != 0 { event.append(step, as: 2) }
    switch content {
    case .fileVersion:
      event.append("brain.Event:2", as: 3)
    case .start:
      var session = ProtobufMessage()
      session.append(1, as: 1)  // SessionLog.START
      event.append(session, as: 7)
    case .values(let values):
      var summary = ProtobufMessage()
      for value in values { summary.append(value.message, as: 1) }
      event.append(summary, as: 5)
    }
    return event.bytes
  }

  /// The event as a record of the file: length, its checksum, the event, its checksum.
  var record: [UInt8] {
    let bytes = bytes
    let length = littleEndian(UInt64(bytes.count))
    return length + littleEndian(CRC32C.masked(length)) + bytes + littleEndian(CRC32C.masked(bytes))
  }
}

extension TensorBoardEvent.Value {
  fileprivate var message: ProtobufMessage {
    var value = ProtobufMessage()
    switch self {
    case .scalar(let tag, let number):
      value.append(tag, as: 1)
      value.append(number, as: 2)
    case .image(let tag, let png, let width, let height, let channels):
      value.append(tag, as: 1)
      var image = ProtobufMessage()
      image.append(height, as: 1)
      image.append(width, as: 2)
      image.append(channels, as: 3)
      image.append(png, as: 4)
      value.append(image, as: 4)
    case .text(let tag, let text):
      value.append(tag, as: 1)
      value.append(TensorBoardEvent.Value.textTensor(text), as: 8)
      value.append(TensorBoardEvent.Value.textMetadata, as: 9)
    }
    return value
  }

  /// Text is a tensor of one string.
  private static func textTensor(_ text: String) -> ProtobufMessage {
    var size = ProtobufMessage()
    size.append(1, as: 1)
    var shape = ProtobufMessage()
    shape.append(size, as: 2)
    var tensor = ProtobufMessage()
    tensor.append(7, as: 1)  // DT_STRING
    tensor.append(shape, as: 2)
    tensor.append(text, as: 8)
    return tensor
  }

  /// Names the part of TensorBoard that shows it.
  private static var textMetadata: ProtobufMessage {
    var plugin = ProtobufMessage()
    plugin.append("text", as: 1)
    var metadata = ProtobufMessage()
    metadata.append(plugin, as: 1)
    return metadata
  }
}
