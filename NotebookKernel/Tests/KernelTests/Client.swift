import CZMQ
import Cells
import Foundation
import Jupyter
import Kernel

/// A client of a kernel that runs on a thread of this process.
final class Client {
  enum Channel { case shell, control, published }

  struct Silence: Error {}

  private let sockets: [Channel: UnsafeMutableRawPointer]
  private let signer = Signer(key: "key")
  private let session = UUID().uuidString

  /// Starts a kernel, and waits until it can be heard.
  init() throws {
    let place = FileManager.default.temporaryDirectory.path + "/client-\(UUID().uuidString)"
    let ports = ["shell", "control", "iopub", "stdin", "hb"].enumerated().map { "\"\($1)_port\": \($0 + 1)" }
    let text = """
      {"transport": "ipc", "ip": "\(place)", "key": "key", "signature_scheme": "hmac-sha256", \(ports.joined(separator: ", "))}
      """
    try Data(text.utf8).write(to: URL(filePath: place))
    let connection = try ConnectionFile(contentsOf: place)
    Thread.detachNewThread {
      let kernel = try? Kernel(connection: connection) {
        KernelParts(installation: try Installation(folder: Installation.own), toolchain: try Toolchain(), packages: [])
      }
      kernel?.run()
      for port in 1...5 { try? FileManager.default.removeItem(atPath: "\(place)-\(port)") }
      try? FileManager.default.removeItem(atPath: place)
    }
    let context = try Context()
    var sockets: [Channel: UnsafeMutableRawPointer] = [:]
    for (channel, kind, port) in [(Channel.shell, ZMQ_DEALER, 1), (.control, ZMQ_DEALER, 2), (.published, ZMQ_SUB, 3)] {
      guard let socket = zmq_socket(context.handle, kind) else { throw Silence() }
      if channel == .published { zmq_setsockopt(socket, ZMQ_SUBSCRIBE, nil, 0) }
      zmq_connect(socket, connection.address(port: port))
      sockets[channel] = socket
    }
    self.sockets = sockets
    // What a kernel publishes before the subscription has reached it is lost.
    repeat { send("kernel_info_request") } while (try? receive(.published, seconds: 1)) == nil
    while (try? receive(.shell, seconds: 0.5)) != nil {}
    while (try? receive(.published, seconds: 0.1)) != nil {}
  }

  deinit {
    send("shutdown_request", on: .control)
    _ = try? receive(.control)
    for socket in sockets.values { zmq_close(socket) }
  }

  /// Sends a request; returns its number.
  @discardableResult
  func send(_ type: String, _ content: JSON = [:], on channel: Channel = .shell) -> String {
    let message = Message(type, content, session: session)
    let frames = message.frames(signer: signer)
    for (index, frame) in frames.enumerated() {
      _ = frame.withUnsafeBytes {
        zmq_send(sockets[channel], $0.baseAddress, $0.count, index < frames.count - 1 ? ZMQ_SNDMORE : 0)
      }
    }
    return message.header["msg_id"]?.string ?? ""
  }

  func execute(_ code: String) -> String { send("execute_request", ["code": .string(code)]) }

  /// The next message.
  ///
  /// - Throws: ``Silence`` if none comes.
  func receive(_ channel: Channel, seconds: Double = 60) throws -> Message {
    guard let socket = sockets[channel], !Poll.wait([.socket(socket)], milliseconds: Int(seconds * 1000)).isEmpty else {
      throw Silence()
    }
    var frames: [Data] = []
    var hasMore = true
    while hasMore {
      var part = zmq_msg_t()
      zmq_msg_init(&part)
      defer { zmq_msg_close(&part) }
      guard zmq_msg_recv(&part, socket, 0) >= 0 else { throw Silence() }
      frames.append(Data(bytes: zmq_msg_data(&part), count: zmq_msg_size(&part)))
      hasMore = zmq_msg_more(&part) != 0
    }
    guard let message = Message(frames: frames, signer: signer) else { throw Silence() }
    return message
  }

  /// The next published message of a type.
  func published(_ type: String) throws -> Message {
    while true {
      let message = try receive(.published)
      if message.type == type { return message }
    }
  }
}
