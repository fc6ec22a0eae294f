import Foundation

/// A message of Jupyter's protocol, version 5.3.
package struct Message: Sendable {
  /// The frames before the delimiter, by which ZeroMQ finds the way back to the client.
  package var identities: [Data] = []
  package var header: JSON
  package var parent: JSON = [:]
  package var metadata: JSON = [:]
  package var content: JSON

  package var type: String { header["msg_type"]?.string ?? "" }

  /// A message of the kernel's own.
  ///
  /// - Parameter parent: the message that brought it about; its header goes along, so that a client finds the cell.
  package init(_ type: String, _ content: JSON, metadata: JSON = [:], session: String, parent: Message? = nil) {
    header = [
      "msg_id": .string(UUID().uuidString), "session": .string(session), "username": "kernel",
      "date": .string(Date().ISO8601Format(.init(includingFractionalSeconds: true))), "msg_type": .string(type),
      "version": "5.3",
    ]
    self.content = content
    self.metadata = metadata
    if let parent { self.parent = parent.header }
  }

  /// Whether a client made this after another of its messages; false where their times are of different clocks.
  package func isLater(than other: Message) -> Bool {
    guard let session = header["session"]?.string, session == other.header["session"]?.string,
      let time = header["date"]?.string, let otherTime = other.header["date"]?.string
    else { return false }
    // Of one client, and so in one notation.
    return time > otherTime
  }

  private static let delimiter = Data("<IDS|MSG>".utf8)

  /// The message in the frames that came; nil if they are malformed or signed with another key.
  package init?(frames: [Data], signer: Signer) {
    guard let index = frames.firstIndex(of: Self.delimiter), frames.count >= index + 6 else { return nil }
    let parts = Array(frames[(index + 2)...(index + 5)])
    guard signer.isSignature(frames[index + 1], of: parts) else { return nil }
    let values = parts.map { JSON(parsing: $0) }
    guard let header = values[0], header.object != nil, let content = values[3], content.object != nil else {
      return nil
    }
    identities = Array(frames[..<index])
    self.header = header
    parent = values[1] ?? [:]
    metadata = values[2] ?? [:]
    self.content = content
  }

  /// The frames to send.
  package func frames(signer: Signer) -> [Data] {
    let parts = [header, parent, metadata, content].map(\.text)
    return identities + [Self.delimiter, signer.signature(of: parts)] + parts
  }
}

/// Signs messages with the key that the kernel shares with its clients.
package struct Signer: Sendable {
  private let key: [UInt8]

  /// An empty key means that nothing is signed, as Jupyter has it.
  package init(key: String) { self.key = Array(key.utf8) }

  /// The signature, in hexadecimal.
  package func signature(of parts: [Data]) -> Data {
    guard !key.isEmpty else { return Data() }
    let digest = SHA256.authenticate(parts.joined(), key: key)
    let digits = Array("0123456789abcdef".utf8)
    return Data(digest.flatMap { byte in [digits[Int(byte >> 4)], digits[Int(byte & 15)]] })
  }

  /// Compares every byte, whatever the first difference, so that the time tells nothing of the right signature.
  package func isSignature(_ candidate: Data, of parts: [Data]) -> Bool {
    let right = signature(of: parts)
    return right.count == candidate.count && zip(right, candidate).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
