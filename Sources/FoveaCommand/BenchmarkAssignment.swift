import ArgumentParser
import Fovea

extension Benchmark {
  /// `fovea benchmark hungarian`
  struct Assignment: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "hungarian",
      abstract: "Time the cheapest pairing of rows with as many columns, of even random costs.")

    @Option(help: "Rows, and columns.")
    var size = 100

    @OptionGroup var repetition: Repetition

    func validate() throws {
      guard size > 0 else { throw ValidationError("--size must be positive") }
    }

    func run() throws {
      repetition.begin()
      let costs = Tensor.rand([size, size], dtype: .float64, generator: Generator(seed: 1)).array(Double.self)
      let (seconds, _) = try repetition.median {
        _ = try Hungarian.assignment(costs: costs, rows: size, columns: size)
      }
      try repetition.report("assignments_per_second", 1 / seconds)
    }
  }
}
