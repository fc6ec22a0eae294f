import Foundation
import Jupyter
import Kernel
import Testing

/// What goes over the wire.
@Suite(.serialized) struct ClientTests {
  @Test(arguments: ["execute", "complete", "inspect", "is_complete", "history", "comm_info"])
  func controlTakesOnlyWhatIsControls(request: String) throws {
    let client = try Client()
    client.send("\(request)_request", ["code": "1 + 1"], on: .control)
    let reply = try client.receive(.control)
    #expect(reply.type == "\(request)_reply")
    #expect(reply.content["status"] == "error")
    #expect(reply.content["evalue"] == .string("\(request)_request belongs to the shell's channel, not to control's"))
    #expect(try client.receive(.published).type == "status")
    #expect(try client.receive(.published).type == "status")
    client.send("\(request)_request", ["code": "1 + 1"])
    #expect(try client.receive(.shell).content["ename"] == nil)
  }

  @Test(arguments: ["kernel_info_request", "interrupt_request"])
  func controlTakes(request: String) throws {
    let client = try Client()
    client.send(request, on: .control)
    #expect(try client.receive(.control).content["status"] == "ok")
  }

  /// A second cell by the control channel would run inside the first.
  @Test func controlStartsNoSecondCell() throws {
    let client = try Client()
    let cell = client.execute("print(\"runs\")\nwhile true {}")
    _ = try client.published("stream")
    client.send("execute_request", ["code": "print(\"second\")"], on: .control)
    #expect(try client.receive(.control).content["ename"] == "WrongChannel")
    client.send("interrupt_request", on: .control)
    #expect(try client.receive(.control).content["status"] == "ok")
    let reply = try client.receive(.shell)
    #expect(reply.parent["msg_id"] == .string(cell))
    #expect(reply.content["ename"] == "Interrupted")
  }

  /// Whichever of the two the kernel sees first.
  @Test func anInterruptStopsTheRequestBeforeIt() throws {
    let client = try Client()
    for _ in 0..<10 {
      _ = client.execute("while true {}")
      client.send("interrupt_request", on: .control)
      let start = Date()
      #expect(try client.receive(.shell, seconds: 20).content["ename"] == "Interrupted")
      #expect(Date().timeIntervalSince(start) < 5)
      _ = try client.receive(.control)
    }
  }

  @Test func anInterruptSparesTheRequestAfterIt() throws {
    let client = try Client()
    for _ in 0..<5 {
      client.send("interrupt_request", on: .control)
      usleep(2000)  // times are sent in milliseconds
      _ = client.execute("1 + 1")
      #expect(try client.receive(.shell).content["status"] == "ok")
      _ = try client.receive(.control)
    }
  }

  @Test func anInterruptRefusesTheCellsThatWait() throws {
    let client = try Client()
    for code in ["print(\"runs\")\nwhile true {}", "1 + 1", "2 + 2"] { _ = client.execute(code) }
    _ = try client.published("stream")
    client.send("interrupt_request", on: .control)
    let states = try (0..<3).map { _ in try client.receive(.shell).content["status"] }
    #expect(states == ["error", "aborted", "aborted"])
    _ = client.execute("1 + 1")
    #expect(try client.receive(.shell).content["status"] == "ok")
  }

  @Test func whatIsShownBetweenCellsBelongsToTheLast() throws {
    let client = try Client()
    let cell = client.execute(
      "Task { @MainActor in try await Task.sleep(nanoseconds: 500_000_000); print(\"later\"); display(1) };")
    #expect(try client.receive(.shell).content["status"] == "ok")
    client.send("kernel_info_request")
    let text = try client.published("stream")
    #expect(text.content["text"] == "later\n")
    #expect(text.parent["msg_id"] == .string(cell))
    #expect(try client.published("display_data").parent["msg_id"] == .string(cell))
  }
}
