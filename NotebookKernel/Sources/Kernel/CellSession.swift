import Cells
import Foundation
import Jupyter

/// The cells of one notebook: compiles each, has its process run it, and keeps what later cells can use.
package final class CellSession {
  let installation: Installation
  let toolchain: Toolchain
  private let folder: String
  private let moduleCache: String
  private weak var host: (any CellHost)?
  private let process: CellProcess

  private var chain = CellChain()
  /// Whether cells are compiled with -O unless they say otherwise.
  private var isOptimizing = false
  private var number = 0
  private var sources = CellSources()

  private var compiler: Child?
  private var warmUp: Child?
  private var isInterrupted = false

  /// Starts a worker.
  ///
  /// - Throws: ``KernelProblem`` if a part of the kernel is missing or cannot be started.
  package init(installation: Installation, toolchain: Toolchain, packages: [BuiltPackage], host: any CellHost) throws {
    self.installation = installation
    self.toolchain = toolchain
    self.host = host
    folder = FileManager.default.temporaryDirectory.path + "/notebook-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // Shared by all sessions, so that a C module is compiled once; a session's own where that cannot be written.
    try? FileManager.default.createDirectory(atPath: installation.moduleCache, withIntermediateDirectories: true)
    let isShared = FileManager.default.isWritableFile(atPath: installation.moduleCache)
    moduleCache = isShared ? installation.moduleCache : folder + "/ModuleCache"
    process = try CellProcess(installation: installation, packages: packages, host: host)
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
    process.streams.begin()
    isInterrupted = false
    sources.add(text, number: execution)
    defer { process.streams.flush(isLast: true) }
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

  /// Stops the cell that is compiled or runs, and work of earlier cells that keeps the next from running.
  package func interrupt() {
    isInterrupted = true
    compiler?.kill(SIGKILL)
    process.interrupt(number)
  }

  /// Passes on the line that was asked for; nil if nobody could be asked.
  package func answerInput(_ line: String?) { process.answerInput(line) }

  /// What the process of the cells prints and says between cells: sources to wait for, and what to do then.
  package var sourcesBetweenCells: [Poll.Source] { process.sources }

  /// Looks after the process between cells.
  package func serveBetweenCells(_ ready: Set<Poll.Source>) {
    process.serve(ready)
    if process.isLost { replaceProcess(after: "A task between the cells ended the worker process") }
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
      process.setEnvironment(name, value)
    case .package(let name, let path): try process.add(BuiltPackage(name: name, path: path))
    }
  }

  private func compileAndRun(_ request: Request) throws -> CellFailure? {
    number += 1
    let start = ContinuousClock.now
    var build = CellBuild(
      arguments: arguments(isOptimized: request.isOptimized), chain: chain, number: number,
      execution: request.execution,
      run: { [unowned self] in try self.runCommand($0) })
    defer { build.removeIntermediates() }
    switch try build.build(request.source) {
    case .interrupted: return .interrupted
    case .refused(let diagnostics, let output):
      return CellFailure(diagnostics, output: output, source: request.source, sources: sources)
    case .built(let cell, let warnings):
      let compiled = ContinuousClock.now
      for warning in warnings {
        process.streams.show(.text(warning.text(source: request.source) + "\n", isErrors: true))
      }
      if isInterrupted { return .interrupted }
      let failure = try run(cell, build)
      if request.isTimed { reportTimes(compiling: compiled - start, running: ContinuousClock.now - compiled) }
      return failure
    }
  }

  private func run(_ cell: RewrittenCell, _ build: CellBuild) throws -> CellFailure? {
    try process.finishLoading()
    if isInterrupted { return .interrupted }
    for library in build.libraries() { process.load(library) }
    let ending = process.run(
      number, library: build.arguments.library(number), entry: build.arguments.entry(number), isAsync: cell.isAsync)
    guard let ending else {
      let lost = CellFailure("WorkerLost", process.lossDescription)
      replaceProcess(after: nil)
      return lost
    }
    publish(cell, build, ending)
    let isTrap = ending.kind == .trapped || ending.kind == .trappedElsewhere
    let fatalError = process.streams.takeFatalError(isExpected: isTrap)
    let failure = CellFailure(ending, fatalError: fatalError, toolchain: toolchain, sources: sources)
    if ending.lostThreads >= ProcessInfo.processInfo.activeProcessorCount {
      replaceProcess(after: "Traps in background tasks have taken all threads of the worker process")
    }
    return failure
  }

  private func replaceProcess(after reason: String?) {
    process.replace(after: reason)
    chain = CellChain()
  }

  private func publish(_ cell: RewrittenCell, _ build: CellBuild, _ ending: CellEnding) {
    if ending.kind == .unloadable { return }
    if ending.kind != .ended, cell.hasUnreachedVariables(after: ending.mark) {
      // Variables without values must not be seen: the module is made again from what the cell came to.
      guard let part = try? build.rebuildModule(cell, mark: ending.mark) else { return }
      chain.publish(number, part, execution: build.execution)
    } else {
      chain.publish(number, cell, execution: build.execution)
    }
  }

  private func reportTimes(compiling: Duration, running: Duration) {
    func text(_ time: Duration) -> String {
      time.formatted(.units(allowed: [.seconds, .milliseconds], width: .narrow))
    }
    process.streams.show(.text("compiled in \(text(compiling)), ran in \(text(running))\n", isErrors: false))
  }

  // MARK: Compiling

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
      let ready = host?.wait(for: process.sources + [.descriptor(pipe.reading)], milliseconds: 100) ?? []
      process.serve(ready)
      guard ready.contains(.descriptor(pipe.reading)) else { continue }
      if let bytes = readAvailable(pipe.reading) { output += bytes } else { isOpen = false }
      if process.isLost { replaceProcess(after: "The worker process ended between two cells") }
    }
    close(pipe.reading)
    compiler = nil
    let status = child.wait()
    return isInterrupted ? nil : (status, String(decoding: output, as: UTF8.self))
  }

  private func arguments(isOptimized: Bool) -> CompilerArguments {
    var arguments = CompilerArguments(
      toolchain: toolchain, folder: folder, moduleCache: moduleCache,
      imports: installation.support.imports + process.packages.flatMap(\.imports))
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
    let modules = ["NotebookSupport", "Foundation"] + process.packages.map(\.name)
    try? Data(modules.map { "import \($0)\n" }.joined().utf8).write(to: URL(filePath: source))
    guard let nothing = try? DescriptorPair.pipe() else { return }
    let command =
      [toolchain.frontend, "-frontend", "-typecheck", source] + arguments(isOptimized: false).context(of: 0)
    warmUp = try? Child.spawn(command, descriptors: [(1, nothing.writing), (2, nothing.writing)])
    close(nothing.writing)
    close(nothing.reading)
  }
}
