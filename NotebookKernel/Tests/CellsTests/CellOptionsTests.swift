import Cells
import Testing

@Suite struct CellOptionsTests {
  @Test func readsTheLinesBeforeTheFirstOfSwift() {
    let options = CellOptions("// numbers\n%O\n%time\n%env KEY=a value\n%package Fovea ~/fovea\nlet a = 7\n  % 4")
    #expect(
      options.directives == [
        .optimize(true), .time, .environment(name: "KEY", value: "a value"), .package(name: "Fovea", path: "~/fovea"),
      ])
    #expect(options.source == "// numbers\n\n\n\n\nlet a = 7\n  % 4")
    #expect(options.problem == nil)
  }

  @Test(arguments: ["%Fast", "%env", "%env KEY", "%package Fovea", "%matplotlib inline"])
  func saysWhatIsWrong(line: String) { #expect(CellOptions("\n" + line).problem?.line == 2) }

  @Test func standsAlone() {
    #expect(CellOptions("%O\n").isBare)
    #expect(!CellOptions("%O\n1").isBare)
  }
}
