import CZMQ

/// Waits for sockets and file descriptors at once.
package struct Poll {
  package enum Source: Hashable {
    case socket(UnsafeMutableRawPointer)
    case descriptor(Int32)
  }

  /// The sources that have something to read, after waiting up to some milliseconds (-1: for ever).
  package static func wait(_ sources: [Source], milliseconds: Int) -> Set<Source> {
    var items = sources.map { source in
      switch source {
      case .socket(let handle): zmq_pollitem_t(socket: handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
      case .descriptor(let number): zmq_pollitem_t(socket: nil, fd: number, events: Int16(ZMQ_POLLIN), revents: 0)
      }
    }
    guard zmq_poll(&items, Int32(items.count), milliseconds) > 0 else { return [] }
    return Set(zip(sources, items).filter { $0.1.revents != 0 }.map(\.0))
  }
}
