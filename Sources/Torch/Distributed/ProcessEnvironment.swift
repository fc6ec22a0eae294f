import Foundation

/// Which process of several this is, and where they meet, as a launcher says it in environment variables.
///
/// torchrun and Kubernetes set `RANK`, `WORLD_SIZE`, `LOCAL_RANK`, `MASTER_ADDR` and `MASTER_PORT`; so can a person. Where
/// the first two are absent, Slurm's `SLURM_PROCID`, `SLURM_NTASKS` and `SLURM_LOCALID` take their place.
public struct ProcessEnvironment: Sendable, Equatable {
  /// Which process this is, from 0.
  public let rank: Int
  /// How many there are, on all machines together.
  public let count: Int
  /// Which process of its machine this is, from 0; 0 where nobody says.
  public let localRank: Int
  /// The name or the address of process 0's machine.
  public let address: String
  /// The port there at which they meet.
  public let port: Int
  /// Whether process 0 opens that port. torchrun may have done so itself.
  public let opensPort: Bool
  /// How often the launcher has started the processes anew.
  let attempt: Int

  /// - Returns: nil where no launcher says anything, or there is only one process.
  /// - Throws: ``ProcessGroupError`` that names the variable that is missing or wrong.
  public init?(_ variables: [String: String] = ProcessInfo.processInfo.environment) throws(ProcessGroupError) {
    let isSlurm =
      variables["RANK"] == nil && variables["WORLD_SIZE"] == nil
      && variables["SLURM_PROCID"] != nil && variables["SLURM_NTASKS"] != nil
    let names =
      isSlurm ? ("SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID") : ("RANK", "WORLD_SIZE", "LOCAL_RANK")
    guard variables[names.0] != nil || variables[names.1] != nil else { return nil }

    let reader = VariableReader(variables: variables, presentName: variables[names.1] == nil ? names.0 : names.1)
    count = try reader.number(names.1, in: 1...Int(Int32.max))
    guard count > 1 else { return nil }
    rank = try reader.number(names.0, in: 0...count - 1)
    localRank = try reader.number(names.2, in: 0...count - 1, otherwise: 0)
    address = try reader.text("MASTER_ADDR")
    port = try reader.number("MASTER_PORT", in: 1...65535)
    opensPort = rank == 0 && variables["TORCHELASTIC_USE_AGENT_STORE"] != "True"
    attempt = try reader.number("TORCHELASTIC_RESTART_COUNT", in: 0...Int(Int32.max), otherwise: 0)
  }
}

/// Reads variables, and says what is wrong with them.
private struct VariableReader {
  let variables: [String: String]
  /// A variable that is set, for which the others are needed.
  let presentName: String

  func text(_ name: String) throws(ProcessGroupError) -> String {
    guard let text = variables[name], !text.isEmpty else {
      throw .missing(variable: name, neededFor: "\(presentName)=\(variables[presentName] ?? "")")
    }
    return text
  }

  func number(
    _ name: String, in range: ClosedRange<Int>, otherwise standard: Int? = nil
  ) throws(ProcessGroupError) -> Int {
    if let standard, variables[name] == nil { return standard }
    let text = try text(name)
    guard let number = Int(text), range.contains(number) else { throw .invalid(variable: name, value: text, range) }
    return number
  }
}
