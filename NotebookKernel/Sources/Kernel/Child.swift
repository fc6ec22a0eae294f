import Foundation

/// A process that the kernel has started.
struct Child {
  var id: pid_t

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - descriptors: what is open in the child, by the number it has there. All others are closed.
  ///   - environment: variables to set beside those of the kernel.
  ///   - blocked: signals that it does not get before it asks for them.
  /// - Throws: ``KernelProblem`` if it cannot be started.
  static func spawn(
    _ arguments: [String], descriptors: [(theirs: Int32, ours: Int32)], environment: [String: String] = [:],
    blocked: [Int32] = []
  ) throws -> Child {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    // First out of the way, then into place: a number that is wanted may be another's.
    for (index, pair) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, pair.ours, 200 + Int32(index))
    }
    for (index, pair) in descriptors.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, 200 + Int32(index), pair.theirs)
    }
    for index in descriptors.indices { posix_spawn_file_actions_addclose(&actions, 200 + Int32(index)) }

    var variables = ProcessInfo.processInfo.environment
    variables.merge(environment) { $1 }
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + settings { free(word) } }

    // The kernel ignores the terminal's Ctrl-C, and the thread may block signals; a child begins as every program does.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGINT)
    sigaddset(&defaults, SIGPIPE)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    var mask = sigset_t()
    sigemptyset(&mask)
    for signal in blocked { sigaddset(&mask, signal) }
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    var id: pid_t = 0
    let status = posix_spawnp(&id, arguments[0], &actions, &attributes, &words, &settings)
    guard status == 0 else {
      throw KernelProblem("\(arguments[0]) cannot be started: \(String(cString: strerror(status)))")
    }
    return Child(id: id)
  }

  func kill(_ signal: Int32) { _ = Foundation.kill(id, signal) }

  /// Sends a signal with a number.
  func kill(_ signal: Int32, value: Int32) { _ = sigqueue(id, signal, sigval(sival_int: value)) }

  /// Waits for its end: its exit code, or 128 and the signal that ended it.
  @discardableResult
  func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
  }
}

/// What keeps the kernel, or one of its processes, from working.
package struct KernelProblem: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// Two ends of a pipe, neither of which children inherit by accident.
struct DescriptorPair {
  var reading: Int32
  var writing: Int32

  static func pipe() throws -> DescriptorPair {
    var ends: [Int32] = [0, 0]
    guard Foundation.pipe(&ends) == 0 else { throw KernelProblem("no more pipes can be opened") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return DescriptorPair(reading: ends[0], writing: ends[1])
  }

  /// Two ends that both read and write.
  static func sockets() throws -> DescriptorPair {
    var ends: [Int32] = [0, 0]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw KernelProblem("no more sockets can be opened") }
    return DescriptorPair(reading: ends[0], writing: ends[1])
  }
}

/// What can be read from a descriptor now, up to a limit; nil at its end.
func readAvailable(_ descriptor: Int32, limit: Int = 1 << 16) -> [UInt8]? {
  var bytes = [UInt8](repeating: 0, count: limit)
  let count = read(descriptor, &bytes, limit)
  if count > 0 { return Array(bytes[..<count]) }
  return count < 0 && (errno == EAGAIN || errno == EINTR) ? [] : nil
}

func setNonBlocking(_ descriptor: Int32) { _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) }
