import Testing
import Torch

@Suite struct ProcessEnvironmentTests {
  private static let launched = [
    "RANK": "1", "WORLD_SIZE": "4", "LOCAL_RANK": "1", "MASTER_ADDR": "node0", "MASTER_PORT": "29500",
  ]

  @Test func oneProcessIsNoGroup() throws {
    #expect(try ProcessEnvironment([:]) == nil)
    #expect(try ProcessEnvironment(["MASTER_ADDR": "node0", "LOCAL_RANK": "0"]) == nil)
    #expect(try ProcessEnvironment(["RANK": "0", "WORLD_SIZE": "1"]) == nil)
    #expect(try ProcessEnvironment(["SLURM_NTASKS": "8"]) == nil, "an allocation, in which nothing was started")
    #expect(try ProcessGroup(fromEnvironment: [:]) == nil)
  }

  @Test func whatTorchrunSays() throws {
    let environment = try #require(try ProcessEnvironment(Self.launched))
    #expect(environment.rank == 1 && environment.count == 4 && environment.localRank == 1)
    #expect(environment.address == "node0" && environment.port == 29500 && !environment.opensPort)
    var variables = Self.launched
    variables["RANK"] = "0"
    #expect(try ProcessEnvironment(variables)?.opensPort == true)
    variables["TORCHELASTIC_USE_AGENT_STORE"] = "True"
    #expect(try ProcessEnvironment(variables)?.opensPort == false, "torchrun has opened it")
  }

  @Test func whatSlurmSays() throws {
    var variables = [
      "SLURM_PROCID": "3", "SLURM_NTASKS": "4", "SLURM_LOCALID": "1", "MASTER_ADDR": "node0", "MASTER_PORT": "29500",
    ]
    let environment = try #require(try ProcessEnvironment(variables))
    #expect(environment.rank == 3 && environment.count == 4 && environment.localRank == 1)
    variables.merge(["RANK": "0", "WORLD_SIZE": "2"]) { $1 }
    #expect(try ProcessEnvironment(variables)?.count == 2, "the general ones come first")
  }

  @Test(arguments: ["RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"])
  func missingVariablesAreNamed(name: String) throws {
    var variables = Self.launched
    variables[name] = nil
    let other = name == "WORLD_SIZE" ? "RANK=1" : "WORLD_SIZE=4"
    let error = #expect(throws: ProcessGroupError.self) { try ProcessEnvironment(variables) }
    #expect(error == .missing(variable: name, neededFor: other))
    #expect("\(try #require(error))".contains("\(name) is not set"))
  }

  @Test(arguments: [
    ("RANK", "4"), ("RANK", "-1"), ("RANK", "one"), ("WORLD_SIZE", "0"), ("LOCAL_RANK", "x"), ("MASTER_PORT", "70000"),
  ])
  func wrongVariablesAreNamed(name: String, value: String) throws {
    var variables = Self.launched
    variables[name] = value
    let error = #expect(throws: ProcessGroupError.self) { try ProcessEnvironment(variables) }
    #expect("\(try #require(error))".contains("\(name) is '\(value)'"))
  }
}
