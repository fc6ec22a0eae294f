import CZMQ
import Foundation

/// The five sockets by which clients and kernel talk.
package final class Channels {
  package enum Name: Sendable { case shell, control, input }

  private let signer: Signer
  private let shell: Socket
  private let control: Socket
  private let input: Socket
  private let publish: Socket

  /// Binds the sockets and starts to answer heartbeats.
  ///
  /// - Throws: ``Socket/Problem`` if an address is taken.
  package init(_ file: ConnectionFile, context: Context) throws {
    signer = Signer(key: file.key)
    shell = try Socket(.router, context: context, address: file.address(port: file.shellPort))
    control = try Socket(.router, context: context, address: file.address(port: file.controlPort))
    input = try Socket(.router, context: context, address: file.address(port: file.stdinPort))
    publish = try Socket(.publish, context: context, address: file.address(port: file.iopubPort))
    try Socket.echo(context: context, address: file.address(port: file.heartbeatPort))
  }

  package func source(_ channel: Name) -> Poll.Source { .socket(socket(channel).handle) }

  private func socket(_ channel: Name) -> Socket {
    switch channel {
    case .shell: shell
    case .control: control
    case .input: input
    }
  }

  /// The next message that waits, malformed and wrongly signed ones passed over; nil if there is none.
  package func receive(_ channel: Name) -> Message? {
    while let frames = socket(channel).receive() {
      if let message = Message(frames: frames, signer: signer) { return message }
    }
    return nil
  }

  /// Sends a message to the client that is named in its identities.
  package func send(_ message: Message, _ channel: Name) { socket(channel).send(message.frames(signer: signer)) }

  /// Sends a message to every client.
  package func publish(_ message: Message) {
    var message = message
    message.identities = [Data("kernel.\(message.type)".utf8)]
    publish.send(message.frames(signer: signer))
  }
}
