import Foundation
import Testing

@testable import FoveaData

/// Against the cache that huggingface_hub leaves: see Tests/Reference/hub_cache.py.
@Suite("The Hub's cache")
struct HubCacheTests {
  struct Entry: Decodable, Hashable {
    let path: String
    var link: String?
    var sha256: String?
    var text: String?
  }

  let scratch: Scratch
  let reference: [Entry]

  init() throws {
    scratch = try Scratch()
    reference = try JSONDecoder().decode([Entry].self, from: Data(contentsOf: fixture("hub_cache.json")))
  }

  @Test("It has the files, links and locks of huggingface_hub's, and no others")
  func written() throws {
    let small = SmallHub()
    let server = try LocalServer { small.reply(to: $0) }
    let hub = Hub(endpoint: server.url(""), cache: scratch.url)
    _ = try hub.model("org/net").modelFolder()
    let found = scratch.contents.compactMap { path -> Entry? in
      let place = scratch.place(path)
      if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: place.path) {
        return Entry(path: path, link: link)
      }
      guard let data = try? Data(contentsOf: place) else { return nil }  // a folder
      let text = data.count < 100 ? String(decoding: data, as: UTF8.self) : nil
      return Entry(path: path, sha256: SmallHub.sha256(Array(data)), text: text)
    }
    #expect(Set(found) == Set(reference))
  }

  @Test("What huggingface_hub fetched is found offline")
  func read() throws {
    for entry in reference {
      let place = scratch.place(entry.path)
      if let link = entry.link {
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(atPath: place.path, withDestinationPath: link)
      } else {
        try scratch.write(entry.path, entry.text.map { Array($0.utf8) } ?? SmallHub.body)
      }
    }
    let nowhere = try #require(URL(string: "http://127.0.0.1:9"))
    let hub = Hub(endpoint: nowhere, cache: scratch.url, isOffline: true)
    let folder = try hub.model("org/net").modelFolder()
    #expect(try Data(contentsOf: folder.appendingPathComponent("model.safetensors")) == Data(SmallHub.body))
  }
}
