import Foundation
import Jupyter

/// What a client asks with `execute_request`.
struct ExecuteRequest {
  var code: String
  /// Show nothing and count nothing.
  var isSilent: Bool
  var storesHistory: Bool
  /// Refuse the requests that wait if this one fails.
  var stopsOnError: Bool
  var allowsInput: Bool

  init(_ content: JSON) {
    code = content["code"]?.string ?? ""
    isSilent = content["silent"]?.bool ?? false
    storesHistory = (content["store_history"]?.bool ?? true) && !isSilent
    stopsOnError = content["stop_on_error"]?.bool ?? true
    allowsInput = content["allow_stdin"]?.bool ?? true
  }
}

extension Kernel {
  /// Runs a cell, and says how it went.
  func execute(_ request: ExecuteRequest, _ message: Message, _ fate: Fate) -> JSON {
    if fate == .refuse { return ["status": "aborted", "execution_count": JSON(executionCount)] }
    if request.storesHistory { executionCount += 1 }
    let count = max(executionCount, 1)
    if !request.isSilent {
      publish("execute_input", ["code": .string(request.code), "execution_count": JSON(count)])
    }
    if request.storesHistory { history.add(request.code, line: count) }
    execution = request
    if !request.isSilent { cellRequest = message }
    let failure =
      fate == .interrupt ? .interrupted : startSession() ?? session?.execute(request.code, execution: count)
    execution = nil
    guard let failure else {
      return ["status": "ok", "execution_count": JSON(count), "payload": [], "user_expressions": [:]]
    }
    let content: [String: JSON] = [
      "ename": .string(failure.name), "evalue": .string(failure.message),
      "traceback": .array(failure.traceback.map { .string($0) }),
    ]
    if !request.isSilent { publish("error", .object(content)) }
    // Only what has come by now: a client that has seen the failure may go on.
    if request.stopsOnError {
      while let message = channels.receive(.shell) { waiting.append((message, .run)) }
      for index in waiting.indices { waiting[index].fate = .refuse }
    }
    return .object(content.merging(["status": "error", "execution_count": JSON(count)]) { $1 })
  }

  package func show(_ output: CellOutput) {
    if execution?.isSilent == true { return }
    switch output {
    case .text(let text, let isErrors):
      publish("stream", ["name": isErrors ? "stderr" : "stdout", "text": .string(text)], of: cellRequest)
    case .display(let data, let id):
      publish("display_data", display(data, id), of: cellRequest)
    case .update(let data, let id):
      publish("update_display_data", display(data, id), of: cellRequest)
    case .result(let data):
      let count = JSON(max(executionCount, 1))
      publish("execute_result", ["data": data, "metadata": [:], "execution_count": count], of: cellRequest)
    case .clear(let wait):
      publish("clear_output", ["wait": .bool(wait)], of: cellRequest)
    }
  }

  private func display(_ data: JSON, _ id: String?) -> JSON {
    ["data": data, "metadata": [:], "transient": id.map { ["display_id": .string($0)] } ?? [:]]
  }

  package func askForInput(prompt: String, isPassword: Bool) {
    guard let parent, execution?.allowsInput == true else {
      session?.answerInput(nil)
      return
    }
    var question = Message(
      "input_request", ["prompt": .string(prompt), "password": .bool(isPassword)], session: id, parent: parent)
    question.identities = parent.identities
    channels.send(question, .input)
  }
}
