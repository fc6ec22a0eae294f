import Foundation
import Jupyter

/// The process in which a session's cells run: what it is told, what it shows, and its replacement when it is lost.
final class CellProcess {
  private let installation: Installation
  private weak var host: (any CellHost)?
  private var worker: Worker
  var streams: CellStreams

  private var environment: [String: String] = [:]
  private(set) var packages: [BuiltPackage]
  /// Packages that are being loaded, and why others could not be; by their libraries.
  private var loading: Set<String> = []
  private var unloadable: [String: String] = [:]

  private var ending: CellEnding?
  private var isRunning = false
  private(set) var isLost = false
  private var inputQuestion: UInt32?

  /// - Throws: ``KernelProblem`` if the worker cannot be started.
  init(installation: Installation, packages: [BuiltPackage], host: any CellHost) throws {
    self.installation = installation
    self.packages = packages
    self.host = host
    worker = try Worker(program: installation.worker, support: installation.support.library)
    streams = CellStreams(host: host)
    prepare()
  }

  // MARK: Its life

  private func prepare() {
    loading = []
    for (name, value) in environment { worker.setEnvironment(name, value) }
    for package in packages { load(package) }
  }

  /// Starts another process, in which nothing is known of the cells.
  func replace(after reason: String?) {
    if let reason {
      streams.show(.text("\(reason); it was started again, and all variables are lost.\n", isErrors: true))
    }
    isLost = false
    inputQuestion = nil
    do {
      worker = try Worker(program: installation.worker, support: installation.support.library)
      prepare()
    } catch {
      streams.show(.text("No new worker process can be started: \(error)\n", isErrors: true))
    }
  }

  /// How it ended, for the reader.
  var lossDescription: String { worker.lossDescription }

  // MARK: What it is told

  func setEnvironment(_ name: String, _ value: String) {
    environment[name] = value
    worker.setEnvironment(name, value)
  }

  /// Loads a package in place of one of the same name.
  ///
  /// - Throws: ``KernelProblem`` if it cannot be loaded; then it is not one of the packages.
  func add(_ package: BuiltPackage) throws {
    packages.removeAll { $0.name == package.name }
    packages.append(package)
    do { try finishLoading() } catch {
      packages.removeAll { $0.name == package.name }
      throw error
    }
  }

  /// Waits until all packages are there.
  ///
  /// - Throws: ``KernelProblem`` if one cannot be loaded; the next call tries it again.
  func finishLoading() throws {
    for package in packages { load(package) }
    while !loading.isEmpty && !isLost { turn() }
    for package in packages {
      guard let problem = unloadable.removeValue(forKey: package.library) else { continue }
      throw KernelProblem(package.unloadable(because: problem))
    }
  }

  private func load(_ package: BuiltPackage) {
    guard unloadable[package.library] == nil else { return }
    if worker.load(package.library, isPackage: true) { loading.insert(package.library) }
  }

  func load(_ library: String) { worker.load(library) }

  /// Runs the library of the cell with this number; nil if the process is lost before the cell ends.
  func run(_ number: Int, library: String, entry: String, isAsync: Bool) -> CellEnding? {
    isRunning = true
    ending = nil
    worker.run(number, library: library, entry: entry, isAsync: isAsync)
    while ending == nil && !isLost { turn() }
    isRunning = false
    streams.flush(isLast: true)
    return ending
  }

  /// Stops the cell with this number, even if the process has not begun it yet, and work that is left of earlier ones.
  func interrupt(_ number: Int) { worker.child.kill(SIGUSR1, value: Int32(truncatingIfNeeded: number)) }

  /// Passes on the line that was asked for; nil if nobody could be asked.
  func answerInput(_ line: String?) {
    guard let question = inputQuestion else { return }
    inputQuestion = nil
    worker.reply(to: question, line.map { [1] + Array($0.utf8) } ?? [0])
  }

  // MARK: What it says

  var sources: [Poll.Source] {
    [.descriptor(worker.control), .descriptor(worker.output), .descriptor(worker.errors)]
  }

  /// Waits for something to happen, and sees to it.
  private func turn() {
    guard let host else { return }
    serve(host.wait(for: sources, milliseconds: streams.millisecondsUntilDue))
  }

  func serve(_ ready: Set<Poll.Source>) {
    if ready.contains(.descriptor(worker.output)) { streams.read(worker.output, isErrors: false) }
    if ready.contains(.descriptor(worker.errors)) { streams.read(worker.errors, isErrors: true) }
    streams.flush(isLast: false)
    if !isRunning { streams.showKept() }
    guard ready.contains(.descriptor(worker.control)) else { return }
    guard let records = worker.receive() else {
      streams.drain(worker)
      isLost = true
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
    case "P":
      let parts = record.payload.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      let (library, problem) = (
        String(decoding: parts[0], as: UTF8.self), String(decoding: parts.last ?? [], as: UTF8.self)
      )
      loading.remove(library)
      if !problem.isEmpty {
        unloadable[library] = problem
        worker.forget(library)
      }
    case "D": ending = CellEnding(record.payload)
    default: break
    }
  }
}
