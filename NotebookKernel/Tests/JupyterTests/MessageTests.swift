import Foundation
import Jupyter
import Testing

@Suite struct MessageTests {
  private let signer = Signer(key: "secret")

  private var message: Message {
    var message = Message("execute_request", ["code": "1 + 1", "silent": false], session: "s")
    message.identities = [Data("client".utf8)]
    return message
  }

  @Test func comesBackAsItWasSent() throws {
    let read = try #require(Message(frames: message.frames(signer: signer), signer: signer))
    #expect(read.type == "execute_request")
    #expect(read.content == ["code": "1 + 1", "silent": false])
    #expect(read.identities == [Data("client".utf8)])
  }

  @Test func knowsWhichCameLater() {
    func message(_ session: String, _ date: String) -> Message {
      var message = Message("execute_request", [:], session: session)
      message.header = ["session": .string(session), "date": .string(date)]
      return message
    }
    let first = message("s", "2026-01-01T10:00:00.000001Z")
    let second = message("s", "2026-01-01T10:00:00.000002Z")
    #expect(second.isLater(than: first))
    #expect(!first.isLater(than: second))
    #expect(!first.isLater(than: first))
    // Another client has another clock.
    #expect(!message("t", "2026-01-01T11:00:00.000000Z").isLater(than: first))
  }

  @Test func isDroppedWithAnotherKeysSignature() {
    #expect(Message(frames: message.frames(signer: Signer(key: "other")), signer: signer) == nil)
  }

  @Test func isDroppedWhenItsContentWasChanged() {
    var frames = message.frames(signer: signer)
    frames[frames.count - 1] = Data(#"{"code": "1 + 2"}"#.utf8)
    #expect(Message(frames: frames, signer: signer) == nil)
  }

  @Test func needsNoSignatureWithoutAKey() {
    let open = Signer(key: "")
    #expect(Message(frames: message.frames(signer: open), signer: open) != nil)
  }

  /// Whatever comes over the wire, the kernel goes on: frames are dropped, doubled, cut and damaged at random.
  @Test func survivesDamage() {
    var random = Scrambler(seed: 7)
    let open = Signer(key: "")  // so that damage gets past the signature
    let frames = message.frames(signer: open)
    for _ in 0..<2000 {
      var damaged = frames
      for _ in 0...random.next(3) {
        guard !damaged.isEmpty else { break }
        let index = random.next(damaged.count)
        switch random.next(4) {
        case 0: damaged.remove(at: index)
        case 1: damaged.insert(damaged[index], at: index)
        case 2: damaged[index] = damaged[index].prefix(random.next(damaged[index].count + 1))
        default:
          guard !damaged[index].isEmpty else { continue }
          var bytes = Array(damaged[index])
          bytes[random.next(bytes.count)] = UInt8(random.next(256))
          damaged[index] = Data(bytes)
        }
      }
      if let read = Message(frames: damaged, signer: open) { #expect(read.content.object != nil) }
    }
  }

  @Test func numbersStayWhole() throws {
    let value = try #require(JSON(parsing: Data(#"{"a": 3, "b": [true, null, 1.5, "x"]}"#.utf8)))
    #expect(String(decoding: value.text, as: UTF8.self) == #"{"a":3,"b":[true,null,1.5,"x"]}"#)
    #expect(value["a"]?.integer == 3)
  }
}

/// Random numbers that are the same in every run.
private struct Scrambler {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % bound
  }
}
