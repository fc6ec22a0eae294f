import Foundation

/// The process in which the cells run, and the wires to it.
final class Worker {
  let child: Child
  let control: Int32
  let output: Int32
  let errors: Int32
  private let replies: Int32
  private var received: [UInt8] = []
  /// Libraries that it has loaded.
  private(set) var loaded: Set<String> = []

  /// Starts a worker.
  ///
  /// - Parameters:
  ///   - program: the path of `notebook-worker`.
  ///   - support: the path of the library that it loads first.
  init(program: String, support: String) throws {
    let (control, replies) = (try DescriptorPair.sockets(), try DescriptorPair.sockets())
    let (output, errors) = (try DescriptorPair.pipe(), try DescriptorPair.pipe())
    // The runtime would print a backtrace of its own, slowly, for a trap that the cell survives.
    child = try Child.spawn(
      [program, support, "3", "4"],
      descriptors: [(1, output.writing), (2, errors.writing), (3, control.writing), (4, replies.writing)],
      environment: ["SWIFT_BACKTRACE": "enable=no", "NOTEBOOK_KERNEL": "1"],
      // An interrupt waits until the worker can take it.
      blocked: [SIGUSR1])
    for end in [output.writing, errors.writing, control.writing, replies.writing] { close(end) }
    self.control = control.reading
    self.replies = replies.reading
    self.output = output.reading
    self.errors = errors.reading
    for descriptor in [self.control, self.output, self.errors] { setNonBlocking(descriptor) }
  }

  deinit {
    child.kill(SIGKILL)
    child.wait()
    for descriptor in [control, replies, output, errors] { close(descriptor) }
  }

  /// A record that came from the worker.
  struct Record {
    var kind: Character
    /// Which question it asks; 0 if it asks none.
    var question: UInt32
    var payload: [UInt8]

    /// The byte strings in the payload of a display, each after its length.
    var fields: [[UInt8]] {
      var fields: [[UInt8]] = []
      var rest = payload[...]
      while rest.count >= 4 {
        let length = Int(littleEndian(rest.prefix(4)))
        rest = rest.dropFirst(4)
        guard length <= rest.count else { break }
        fields.append(Array(rest.prefix(length)))
        rest = rest.dropFirst(length)
      }
      return fields
    }
  }

  /// The records that have come; nil once the worker has gone.
  func receive() -> [Record]? {
    guard let bytes = readAvailable(control) else { return nil }
    received += bytes
    var records: [Record] = []
    var start = 0
    while received.count - start >= 9 {
      let length = Int(littleEndian(received[start + 1..<start + 5]))
      guard received.count - start >= 5 + length else { break }
      records.append(
        Record(
          kind: Character(UnicodeScalar(received[start])), question: littleEndian(received[start + 5..<start + 9]),
          payload: Array(received[start + 9..<start + 5 + length])))
      start += 5 + length
    }
    received.removeFirst(start)
    return records
  }

  /// Runs a cell's library.
  func run(_ number: Int, library: String, entry: String, isAsync: Bool) {
    send("R", "\(library)\0\(entry)\0\(isAsync ? "a" : "s")\(number)")
  }

  /// Loads a library of the toolchain, or of a package, unless that was done; whether there will be an answer.
  @discardableResult
  func load(_ path: String, isPackage: Bool = false) -> Bool {
    guard loaded.insert(path).inserted else { return false }
    send(isPackage ? "P" : "L", path)
    return true
  }

  /// Counts a library as not loaded, so that it can be tried again.
  func forget(_ path: String) { loaded.remove(path) }

  func setEnvironment(_ name: String, _ value: String) { send("E", "\(name)\0\(value)") }

  /// Answers a record that asks something.
  func reply(to question: UInt32, _ answer: [UInt8] = []) {
    writeAll(replies, bytes(of: question) + bytes(of: UInt32(answer.count)) + answer)
  }

  private func send(_ kind: Character, _ text: String) {
    let payload = Array(text.utf8)
    writeAll(control, [kind.asciiValue ?? 0] + bytes(of: UInt32(payload.count)) + payload)
  }

  /// Writes everything, or nothing more once the worker has gone.
  private func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = Foundation.poll(&poll, 1, 1000)
      } else if errno != EINTR {
        return
      }
    }
  }
}

private func bytes(of value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }

private func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt32 { bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }

extension Worker {
  /// How the process ended, for the reader.
  var lossDescription: String {
    let status = child.wait()
    let cause =
      switch status {
      case 137: "was killed, perhaps because memory ran out"
      case 129...: "was ended by signal \(status - 128)"
      default: "ended with code \(status)"
      }
    return "The process of the cells \(cause). All variables are lost; a new process has been started."
  }
}
