import ArgumentParser
import Foundation
import Fovea

/// How often something is measured, with how many threads, and how its result is shown.
struct Repetition: ParsableArguments {
  @Option(help: "Threads of the processor; as many as libtorch takes unless given.")
  var threads: Int?

  @Option(help: "For how many seconds to repeat it, three times at least.")
  var seconds = 5.0

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard threads ?? 1 > 0, seconds > 0 else { throw ValidationError("--threads and --seconds must be positive") }
  }

  func begin() {
    if let threads { Machine.threadCount = threads }
    seedAll(0)
  }

  /// The median of what `step` takes and of how many times that is, after three that are not counted.
  func median(_ step: () throws -> Void) throws -> (seconds: Double, runs: Int) {
    let clock = ContinuousClock()
    func timed() throws -> Double { try clock.measure(step) / .seconds(1) }
    for _ in 0..<3 { _ = try timed() }
    var times: [Double] = []
    let end = clock.now + .seconds(seconds)
    while times.count < 3 || clock.now < end { times.append(try timed()) }
    return (times.sorted()[times.count / 2], times.count)
  }

  func report(_ name: String, _ rate: Double) throws {
    if json { return try Output.json([name: rate, "peak_memory": Double(Self.peakMemory)]) }
    Output.print(String(format: "%.1f \(name.replacingOccurrences(of: "_", with: " "))", rate))
  }

  /// The most bytes of memory that this process ever had.
  static var peakMemory: Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
