import Cells
import Foundation
import Jupyter

/// A Jupyter kernel: answers the clients' messages, and has the cells run by a ``CellSession``.
///
/// One thread does everything. While a cell is compiled or runs, the loop goes on for the control channel, so that an
/// interrupt or a shutdown is seen at once; other requests wait their turn.
package final class Kernel: CellHost {
  let channels: Channels
  let id = UUID().uuidString
  private let find: () throws -> KernelParts
  var session: CellSession?
  var language: LanguageService?
  var history = History()
  var executionCount = 0
  /// The request that is being answered.
  var parent: Message?
  /// The request of the cell that runs, or ran last; what is shown belongs to it.
  var cellRequest: Message?
  var execution: ExecuteRequest?
  var isShutDown = false
  /// Requests that were taken from the shell's channel before their turn.
  var waiting: [(request: Message, fate: Fate)] = []

  /// What becomes of a request to execute a cell.
  enum Fate {
    case run
    /// It waited behind a cell that failed.
    case refuse
    /// An interrupt came while it waited.
    case interrupt
  }

  /// Binds the channels and starts a worker.
  ///
  /// - Parameter find: looks for what a session of cells needs. Where it fails, the kernel starts all the same, as its
  ///   reader would not see why it did not; each cell then looks again, and fails with the reason.
  /// - Throws: if a port is taken.
  package init(connection: ConnectionFile, find: @escaping () throws -> KernelParts) throws {
    self.find = find
    channels = try Channels(connection, context: Context())
    _ = startSession()
  }

  /// Starts a session of cells, unless there is one; returns what stands against it.
  func startSession() -> CellFailure? {
    guard session == nil else { return nil }
    do {
      let parts = try find()
      session = try CellSession(
        installation: parts.installation, toolchain: parts.toolchain, packages: parts.packages, host: self)
      return nil
    } catch {
      return CellFailure("NotReady", "\(error)")
    }
  }

  /// Serves until a client shuts the kernel down.
  package func run() {
    publish("status", ["execution_state": "starting"])
    while !isShutDown {
      let own = session?.sourcesBetweenCells ?? []
      let ready = wait(for: own + [channels.source(.shell)], milliseconds: -1)
      session?.serveBetweenCells(ready)
      while !isShutDown, let next = nextRequest() { answer(next.request, on: .shell, next.fate) }
    }
    session = nil
  }

  private func nextRequest() -> (request: Message, fate: Fate)? {
    waiting.isEmpty ? channels.receive(.shell).map { ($0, .run) } : waiting.removeFirst()
  }

  /// Waits, and answers control messages and input meanwhile.
  package func wait(for sources: [Poll.Source], milliseconds: Int) -> Set<Poll.Source> {
    let ready = Poll.wait(
      sources + [channels.source(.control), channels.source(.input)], milliseconds: milliseconds)
    while let message = channels.receive(.control) { answer(message, on: .control, .run) }
    while let message = channels.receive(.input) {
      if message.type == "input_reply" { session?.answerInput(message.content["value"]?.string ?? "") }
    }
    return ready
  }

  /// Answers one request; the clients see the kernel busy meanwhile.
  private func answer(_ message: Message, on channel: Channels.Name, _ fate: Fate) {
    let before = parent
    parent = message
    publish("status", ["execution_state": "busy"])
    if let content = channel == .control ? replyToControl(message) : reply(to: message, fate) {
      let type = message.type.replacing("_request", with: "_reply")
      var answer = Message(type, content, session: id, parent: message)
      answer.identities = message.identities
      channels.send(answer, channel)
    }
    publish("status", ["execution_state": "idle"])
    parent = before
  }

  private func reply(to message: Message, _ fate: Fate) -> JSON? {
    let content = message.content
    switch message.type {
    case "execute_request": return execute(ExecuteRequest(content), message, fate)
    case "is_complete_request": return isComplete(content["code"]?.string ?? "")
    case "complete_request": return complete(content)
    case "inspect_request": return inspect(content)
    case "history_request": return history.reply(to: content)
    case "comm_info_request": return ["status": "ok", "comms": [:]]
    default: return replyAnywhere(message)
    }
  }

  /// Control takes what cannot wait for a cell's end, and nothing that would run another meanwhile.
  private func replyToControl(_ message: Message) -> JSON? {
    let others = ["execute", "is_complete", "complete", "inspect", "history", "comm_info"]
    guard !others.contains(where: { message.type == "\($0)_request" }) else {
      let problem = "\(message.type) belongs to the shell's channel, not to control's"
      return ["status": "error", "ename": "WrongChannel", "evalue": .string(problem), "traceback": []]
    }
    return replyAnywhere(message)
  }

  private func replyAnywhere(_ message: Message) -> JSON? {
    switch message.type {
    case "kernel_info_request": return kernelInfo
    case "interrupt_request":
      if execution == nil { interruptWaitingCell(before: message) }
      session?.interrupt()
      return ["status": "ok"]
    case "shutdown_request":
      isShutDown = true
      session?.interrupt()
      return ["status": "ok", "restart": .bool(message.content["restart"]?.bool ?? false)]
    default: return nil  // comm messages, debuggers', and whatever a later version of the protocol brings
    }
  }

  /// An interrupt may overtake the request to execute that it is meant for, as they come by different channels.
  private func interruptWaitingCell(before interrupt: Message) {
    while let message = channels.receive(.shell) { waiting.append((message, .run)) }
    let first = waiting.firstIndex { $0.request.type == "execute_request" && !$0.request.isLater(than: interrupt) }
    if let first { waiting[first].fate = .interrupt }
  }

  /// Sends a message to every client, as belonging to the request at hand, or to another.
  func publish(_ type: String, _ content: JSON, of request: Message? = nil) {
    channels.publish(Message(type, content, session: id, parent: request ?? parent))
  }

  private var kernelInfo: JSON {
    let version = session?.toolchain.version ?? "6.3"
    return [
      "status": "ok", "protocol_version": "5.3", "implementation": "notebook-kernel", "implementation_version": "0.1.0",
      "banner": .string("Swift \(version)"), "help_links": [],
      "language_info": [
        "name": "swift", "version": .string(version), "mimetype": "text/x-swift", "file_extension": ".swift",
        "pygments_lexer": "swift", "codemirror_mode": "swift",
      ],
    ]
  }
}
