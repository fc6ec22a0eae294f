import ArgumentParser

@main
struct FoveaCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "fovea", abstract: "Computer vision in Swift.")
}
