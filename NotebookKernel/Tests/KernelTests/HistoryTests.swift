import Jupyter
import Kernel
import Testing

@Suite struct HistoryTests {
  private var history: History {
    var history = History()
    for (index, source) in ["let a = 1", "print(a)", "let b = 2", "print(a)"].enumerated() {
      history.add(source, line: index + 1)
    }
    return history
  }

  private func sources(_ request: JSON) -> [String] {
    history.reply(to: request)["history"]?.array?.compactMap { $0.array?[2].string } ?? []
  }

  @Test func givesTheTail() { #expect(sources(["hist_access_type": "tail", "n": 2]) == ["let b = 2", "print(a)"]) }

  @Test func givesARange() {
    #expect(sources(["hist_access_type": "range", "session": 0, "start": 2, "stop": 4]) == ["print(a)", "let b = 2"])
  }

  @Test func searches() {
    #expect(sources(["hist_access_type": "search", "pattern": "let*"]) == ["let a = 1", "let b = 2"])
    #expect(sources(["hist_access_type": "search", "pattern": "*(?)", "unique": true]) == ["print(a)"])
  }
}
