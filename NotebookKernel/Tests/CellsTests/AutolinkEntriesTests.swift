import Cells
import Foundation
import Testing

@Suite struct AutolinkEntriesTests {
  @Test func survivesDamagedFiles() {
    #expect(autolinkEntries(ofObject: Data()).isEmpty)
    #expect(autolinkEntries(ofObject: Data("\u{7F}ELF".utf8)).isEmpty)
    var bytes = Data([0x7f, 0x45, 0x4c, 0x46, 2, 1]) + Data(repeating: 0xff, count: 200)
    #expect(autolinkEntries(ofObject: bytes).isEmpty)
    bytes.replaceSubrange(40..<48, with: [64, 0, 0, 0, 0, 0, 0, 0])
    #expect(autolinkEntries(ofObject: bytes).isEmpty)
  }
}
