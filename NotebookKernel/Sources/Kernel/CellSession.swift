import Cells
import Foundation
import Jupyter

/// The cells of one notebook and the process they run in: compiles a cell, has the worker run it, and keeps what later
/// cells can use.
package final class CellSession {
  private let installation: Installation
  let toolchain: Toolchain
  private let folder: String
  private let moduleCache: String
  private weak var host: (any CellHost)?

  private(set) var packages: [BuiltPackage]
  private(set) var chain = CellChain()
  private var environment: [String: String] = [:]
  /// Whether cells are compiled with -O unless they say otherwise.
  private var isOptimizing = false
  private var number = 0
  private var sources: [Int: String] = [:]

  private var worker: Worker
  private var streams: CellStreams
  private var compiler: Child?
  private var warmUp: Child?
  private var isRunning = false
  private var isInterrupted = false
  private var ending: CellEnding?
  private var isWorkerLost = false
  private var inputQuestion: UInt32?

  /// Starts a worker.
  ///
  /// - Throws: ``KernelProblem`` if a part of the kernel is missing or cannot be started.
  package init(installation: Installation, toolchain: Toolchain, packages: [BuiltPackage], host: any CellHost) throws {
    self.installation = installation
    self.toolchain = toolchain
    self.packages = packages
    self.host = host
    folder = FileManager.default.temporaryDirectory.path + "/notebook-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Shared by all sessions, so that a C module is compiled once; a session's own where that cannot be written.
    try? FileManager.default.createDirectory(atPath: installation.moduleCache, withIntermediateDirectories: true)
    let isShared = FileManager.default.isWritableFile(atPath: installation.moduleCache)
    moduleCache = isShared ? installation.moduleCache : folder + "/ModuleCache"
    worker = try Worker(program: installation.worker, support: installation.support.library)
    streams = CellStreams(host: host)
    prepareWorker()
    startWarmUp()
  }

  deinit {
    warmUp?.kill(SIGKILL)
    warmUp?.wait()
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: Running a cell

  /// Runs a cell; `execution` is the number that its reader sees. Returns why it failed, or nil.
  package func execute(_ text: String, execution: Int) -> CellFailure? {
    streams.begin()
    isInterrupted = false
    sources[execution] = text
    defer { streams.flush(isLast: true) }
    let options = CellOptions(text)
    if let problem = options.problem {
      return CellFailure("DirectiveError", "In [\(execution)]:\(problem.line):1: \(problem.message)")
    }
    do {
      var request = Request(source: options.source, execution: execution, isOptimized: isOptimizing)
      for directive in options.directives { try obey(directive, isAlone: options.isBare, &request) }
      if options.isBare { return nil }
      return try compileAndRun(request)
    } catch let failure as CellFailure {
      return failure
    } catch {
      return CellFailure("KernelError", "\(error)")
    }
  }

  /// Stops the cell that is compiled or runs.
  package func interrupt() {
    isInterrupted = true
    if let compiler { compiler.kill(SIGKILL) } else if isRunning { worker.child.kill(SIGUSR1) }
  }

  /// Passes on the line that was asked for; nil if nobody could be asked.
  package func answerInput(_ line: String?) {
    guard let question = inputQuestion else { return }
    inputQuestion = nil
    worker.reply(to: question, line.map { [1] + Array($0.utf8) } ?? [0])
  }

  /// What the worker's process prints and says between cells: sources to wait for, and what to do then.
  package var sourcesBetweenCells: [Poll.Source] { workerSources }

  /// Looks after the worker between cells.
  package func serveBetweenCells(_ ready: Set<Poll.Source>) {
    serve(ready)
    if isWorkerLost { replaceWorker(after: "A task between the cells ended the worker process") }
  }

  private struct Request {
    var source: String
    var execution: Int
    var isOptimized: Bool
    var isTimed = false
  }

  private func obey(_ directive: CellOptions.Directive, isAlone: Bool, _ request: inout Request) throws {
    switch directive {
    case .optimize(let isOn):
      request.isOptimized = isOn
      if isAlone { isOptimizing = isOn }
    case .time: request.isTimed = true
    case .environment(let name, let value):
      environment[name] = value
      worker.setEnvironment(name, value)
    case .package(let name, let path):
      let package = try BuiltPackage(name: name, path: path)
      packages.removeAll { $0.name == name }
      packages.append(package)
      worker.load(package.library, isPackage: true)
    }
  }

  private func compileAndRun(_ request: Request) throws -> CellFailure? {
    number += 1
    let start = ContinuousClock.now
    var build = CellBuild(
      arguments: arguments(isOptimized: request.isOptimized), chain: chain, number: number,
      execution: request.execution,
      run: { [unowned self] in try self.runCommand($0) })
    switch try build.build(request.source) {
    case .interrupted: return interrupted
    case .refused(let diagnostics, let output):
      return compileFailure(diagnostics, output: output, source: request.source)
    case .built(let cell, let warnings):
      let compiled = ContinuousClock.now
      for warning in warnings { streams.show(.text(warning.text(source: request.source) + "\n", isErrors: true)) }
      if isInterrupted { return interrupted }
      let failure = run(cell, build)
      if request.isTimed { reportTimes(compiling: compiled - start, running: ContinuousClock.now - compiled) }
      return failure
    }
  }

  private func run(_ cell: RewrittenCell, _ build: CellBuild) -> CellFailure? {
    for library in build.libraries() { worker.load(library) }
    isRunning = true
    ending = nil
    worker.run(
      library: build.arguments.library(number), entry: build.arguments.entry(number), isAsync: cell.isAsync)
    while ending == nil && !isWorkerLost { turn() }
    isRunning = false
    streams.flush(isLast: true)
    guard let ending else {
      let lost = CellFailure("WorkerLost", worker.lossDescription)
      replaceWorker(after: nil)
      return lost
    }
    publish(cell, build, ending)
    let failure = failure(ending)
    if ending.lostThreads >= ProcessInfo.processInfo.activeProcessorCount {
      replaceWorker(after: "Traps in background tasks have taken all threads of the worker process")
    }
    return failure
  }

  private func publish(_ cell: RewrittenCell, _ build: CellBuild, _ ending: CellEnding) {
    if ending.kind == .unloadable { return }
    if ending.kind != .ended, cell.hasUnreachedVariables(after: ending.mark) {
      // Variables without values must not be seen: the module is made again from what the cell came to.
      if let part = try? build.rebuildModule(cell, mark: ending.mark) { chain.publish(number, part) }
    } else {
      chain.publish(number, cell)
    }
  }

  private func reportTimes(compiling: Duration, running: Duration) {
    func text(_ time: Duration) -> String {
      time.formatted(.units(allowed: [.seconds, .milliseconds], width: .narrow))
    }
    streams.show(.text("compiled in \(text(compiling)), ran in \(text(running))\n", isErrors: false))
  }

  // MARK: Waiting

  private var workerSources: [Poll.Source] {
    [.descriptor(worker.control), .descriptor(worker.output), .descriptor(worker.errors)]
  }

  /// Waits for something to happen, and sees to it.
  private func turn() {
    guard let host else { return }
    serve(host.wait(for: workerSources, milliseconds: streams.millisecondsUntilDue))
  }

  private func serve(_ ready: Set<Poll.Source>) {
    if ready.contains(.descriptor(worker.output)) { streams.read(worker.output, isErrors: false) }
    if ready.contains(.descriptor(worker.errors)) { streams.read(worker.errors, isErrors: true) }
    streams.flush(isLast: false)
    guard ready.contains(.descriptor(worker.control)) else { return }
    guard let records = worker.receive() else {
      streams.drain(worker)
      isWorkerLost = true
      return
    }
    for record in records {
      streams.drain(worker)
      handle(record)
    }
  }

  private func handle(_ record: Worker.Record) {
    let fields = record.fields
    switch record.kind {
    case "d", "u", "r":
      let id = fields.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
      let content = bundle(fields: fields.dropFirst())
      switch record.kind {
      case "d": streams.show(.display(content, id: id.isEmpty ? nil : id))
      case "u": streams.show(.update(content, id: id))
      default: streams.show(.result(content))
      }
      worker.reply(to: record.question)
    case "c": streams.show(.clear(wait: fields.first == [1]))
    case "i":
      inputQuestion = record.question
      let prompt = fields.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
      host?.askForInput(prompt: prompt, isPassword: fields.last == [1])
    case "L":
      let problem = String(decoding: record.payload, as: UTF8.self)
      if !problem.isEmpty { streams.show(.text("A library could not be loaded: \(problem)\n", isErrors: true)) }
    case "D": ending = CellEnding(record.payload)
    default: break
    }
  }

  /// Runs a command and serves the worker and the clients meanwhile; nil if it was interrupted.
  private func runCommand(_ command: [String]) throws -> (status: Int32, output: String)? {
    if isInterrupted { return nil }
    let pipe = try DescriptorPair.pipe()
    let child = try Child.spawn(command, descriptors: [(1, pipe.writing), (2, pipe.writing)])
    close(pipe.writing)
    setNonBlocking(pipe.reading)
    compiler = child
    var output: [UInt8] = []
    var isOpen = true
    while isOpen {
      let ready = host?.wait(for: workerSources + [.descriptor(pipe.reading)], milliseconds: 100) ?? []
      serve(ready)
      guard ready.contains(.descriptor(pipe.reading)) else { continue }
      if let bytes = readAvailable(pipe.reading) { output += bytes } else { isOpen = false }
      if isWorkerLost { replaceWorker(after: "The worker process ended between two cells") }
    }
    close(pipe.reading)
    compiler = nil
    let status = child.wait()
    return isInterrupted ? nil : (status, String(decoding: output, as: UTF8.self))
  }

  // MARK: The worker's life

  private func prepareWorker() {
    for (name, value) in environment { worker.setEnvironment(name, value) }
    for package in packages { worker.load(package.library, isPackage: true) }
  }

  private func replaceWorker(after reason: String?) {
    if let reason {
      streams.show(.text("\(reason); it was started again, and all variables are lost.\n", isErrors: true))
    }
    isWorkerLost = false
    inputQuestion = nil
    chain = CellChain()
    do {
      worker = try Worker(program: installation.worker, support: installation.support.library)
      prepareWorker()
    } catch {
      streams.show(.text("No new worker process can be started: \(error)\n", isErrors: true))
    }
  }

  // MARK: Compiling

  func arguments(isOptimized: Bool) -> CompilerArguments {
    var arguments = CompilerArguments(
      toolchain: toolchain, folder: folder, moduleCache: moduleCache,
      imports: installation.support.imports + packages.flatMap(\.imports))
    arguments.isOptimized = isOptimized
    return arguments
  }

  /// What completion needs to know: the text before a cell, the number it would have, and the compiler's options.
  var contextOfNextCell: (header: String, arguments: [String]) {
    let next = number + 1
    return (chain.header(of: next), arguments(isOptimized: false).context(of: next))
  }

  /// Compiles an import, so that the compiler's caches are warm when the first cell comes.
  private func startWarmUp() {
    let source = folder + "/warm.swift"
    let modules = ["NotebookSupport", "Foundation"] + packages.map(\.name)
    try? Data(modules.map { "import \($0)\n" }.joined().utf8).write(to: URL(filePath: source))
    guard let nothing = try? DescriptorPair.pipe() else { return }
    let command =
      [toolchain.frontend, "-frontend", "-typecheck", source] + arguments(isOptimized: false).context(of: 0)
    warmUp = try? Child.spawn(command, descriptors: [(1, nothing.writing), (2, nothing.writing)])
    close(nothing.writing)
    close(nothing.reading)
  }

  // MARK: Failures

  private var interrupted: CellFailure { CellFailure("Interrupted", "the cell was stopped") }

  private func compileFailure(_ diagnostics: [Diagnostic], output: String, source: String) -> CellFailure {
    guard let first = diagnostics.first(where: { $0.severity == .error }) else {
      return CellFailure("CompilerFailure", output)
    }
    var failure = CellFailure("CompileError", ReaderText.withoutCellModules(first.message))
    failure.traceback = diagnostics.filter { $0.severity != .warning }.map {
      ReaderText.withoutCellModules($0.text(source: sources[$0.execution] ?? source))
    }
    return failure
  }

  private func failure(_ ending: CellEnding) -> CellFailure? {
    let fatal = streams.takeFatalError(isExpected: ending.kind == .trapped || ending.kind == .trappedElsewhere)
    switch ending.kind {
    case .ended: return nil
    case .interrupted: return interrupted
    case .exited: return CellFailure("Exit", "The cell called exit(\(ending.number)); the kernel goes on.")
    case .unloadable: return CellFailure("LoadError", ReaderText.withoutCellModules(ending.errorText))
    case .threw:
      let name = ReaderText.withoutCellModules(ending.errorType)
      return CellFailure(name, ReaderText.withoutCellModules(ending.errorText), details: traceback(ending.frames))
    case .trapped, .trappedElsewhere:
      let message = ReaderText.withoutCellModules(fatal ?? TrapText.meaning(ofSignal: ending.number))
      let place = ending.kind == .trapped ? [] : ["  in a background task, whose thread is lost"]
      return CellFailure("FatalError", message, details: place + traceback(ending.frames))
    }
  }

  private func traceback(_ frames: String) -> [String] {
    Traceback(frames, toolchain: toolchain, run: filter).lines(sources: sources)
  }

  /// What a command prints that is given a text as its input.
  private func filter(_ command: [String], _ text: String) -> String {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return "" }
    // A stack is a few kilobytes: it fits the pipe.
    input.fileHandleForWriting.write(Data(text.utf8))
    try? input.fileHandleForWriting.close()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}

/// What a trap without a message means.
enum TrapText {
  static func meaning(ofSignal number: Int32) -> String {
    switch number {
    case SIGSEGV, SIGBUS: "a bad pointer was followed, or a recursion went too deep"
    case SIGFPE: "a division by zero"
    case SIGABRT: "the program was aborted"
    default: "a trap: an overflow, a nil that was unwrapped, an index out of range, or the like"
    }
  }
}
