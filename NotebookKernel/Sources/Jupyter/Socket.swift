import CZMQ
import Foundation

/// A ZeroMQ socket that is bound to an address.
package final class Socket {
  package enum Kind: Sendable {
    case router, publish, reply

    fileprivate var value: Int32 {
      switch self {
      case .router: ZMQ_ROUTER
      case .publish: ZMQ_PUB
      case .reply: ZMQ_REP
      }
    }
  }

  package struct Problem: Error, CustomStringConvertible {
    package var description: String
  }

  package let handle: UnsafeMutableRawPointer

  /// - Throws: ``Problem`` if the address is taken.
  package init(_ kind: Kind, context: Context, address: String) throws {
    guard let handle = zmq_socket(context.handle, kind.value) else {
      throw Problem(description: "ZeroMQ: \(String(cString: zmq_strerror(zmq_errno())))")
    }
    self.handle = handle
    // What was sent is delivered for up to a second after the end.
    var linger: Int32 = 1000
    zmq_setsockopt(handle, ZMQ_LINGER, &linger, MemoryLayout<Int32>.size)
    guard zmq_bind(handle, address) == 0 else {
      throw Problem(description: "ZeroMQ cannot bind \(address): \(String(cString: zmq_strerror(zmq_errno())))")
    }
  }

  deinit { zmq_close(handle) }

  package func send(_ frames: [Data]) {
    for (index, frame) in frames.enumerated() {
      let flags = index < frames.count - 1 ? ZMQ_SNDMORE : 0
      frame.withUnsafeBytes { bytes in
        while zmq_send(handle, bytes.baseAddress, bytes.count, flags) < 0 && czmq_interrupted() != 0 {}
      }
    }
  }

  /// The frames of the next message; nil if none is waiting.
  package func receive() -> [Data]? {
    var frames: [Data] = []
    repeat {
      var message = zmq_msg_t()
      zmq_msg_init(&message)
      defer { zmq_msg_close(&message) }
      while zmq_msg_recv(&message, handle, ZMQ_DONTWAIT) < 0 {
        guard czmq_interrupted() != 0 else { return nil }
      }
      frames.append(Data(bytes: zmq_msg_data(&message), count: zmq_msg_size(&message)))
    } while hasMoreFrames
    return frames
  }

  private var hasMoreFrames: Bool {
    var value: Int32 = 0
    var size = MemoryLayout<Int32>.size
    return zmq_getsockopt(handle, ZMQ_RCVMORE, &value, &size) == 0 && value != 0
  }

  /// Sends everything back that comes, until the context ends; on a thread of its own.
  package static func echo(context: Context, address: String) throws {
    let socket = try Socket(.reply, context: context, address: address)
    let loan = Loan(handle: socket.handle, socket: socket)
    Thread.detachNewThread { zmq_proxy(loan.handle, loan.handle, nil) }
  }

  /// A socket that moves to one other thread and stays there.
  private struct Loan: @unchecked Sendable {
    var handle: UnsafeMutableRawPointer
    var socket: Socket
  }
}

/// ZeroMQ's threads.
package final class Context: @unchecked Sendable {
  package let handle: UnsafeMutableRawPointer

  package init() throws {
    guard let handle = zmq_ctx_new() else { throw Socket.Problem(description: "ZeroMQ does not start") }
    self.handle = handle
  }
}
