import Foundation
import Testing

@testable import FoveaData

@Suite("The Hub")
struct HubTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func hub(_ server: LocalServer, token: String? = nil, isOffline: Bool = false) -> Hub {
    var hub = Hub(endpoint: server.url(""), cache: scratch.place("hub"), token: token, isOffline: isOffline)
    hub.retries = Retries(attempts: 4, firstPause: .milliseconds(1))
    return hub
  }

  func server(_ small: SmallHub = SmallHub()) throws -> LocalServer {
    try LocalServer { small.reply(to: $0) }
  }

  func problem(_ body: () throws -> Void) -> HubError.Problem? {
    #expect(throws: HubError.self, performing: body)?.problem
  }

  var folder: String { "hub/models--org--net" }

  @Test("A model's folder has its files, linked to blobs that are known by their checksums")
  func layout() throws {
    let server = try server()
    let place = try hub(server).model("org/net").modelFolder()
    #expect(place.path == scratch.place("\(folder)/snapshots/\(SmallHub.commit)").path)
    #expect(try Data(contentsOf: place.appendingPathComponent("model.safetensors")) == Data(SmallHub.body))
    let blob = SmallHub.sha256(SmallHub.body)
    let link = place.appendingPathComponent("model.safetensors").path
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "../../blobs/\(blob)")
    #expect(try String(contentsOf: scratch.place("\(folder)/refs/main"), encoding: .utf8) == SmallHub.commit)
    #expect(scratch.contents.contains("\(folder)/.no_exist/\(SmallHub.commit)/preprocessor_config.json"))
    #expect(scratch.contents.contains("hub/.locks/models--org--net/\(blob).lock"))
    #expect(!scratch.contents.contains { $0.contains("partial") || $0.hasSuffix(".link") })
  }

  @Test("What is there is not fetched again: only the branch is asked for, a commit not even that")
  func cached() throws {
    let server = try server()
    let repository = try hub(server).model("org/net")
    _ = try repository.modelFolder()
    let before = server.requests.count
    _ = try repository.modelFolder()
    #expect(server.requests.count == before + 1)
    #expect(server.requests.last?.method == "HEAD")
    _ = try hub(server).model("org/net", revision: SmallHub.commit).modelFolder()
    #expect(server.requests.count == before + 1)
  }

  @Test("A name may end with the revision that is wanted")
  func revisionInName() throws {
    let server = try server()
    let folder = try hub(server).location(ofModel: "org/net@\(SmallHub.commit)")
    #expect(folder.lastPathComponent == SmallHub.commit)
    #expect(server.requests.allSatisfy { $0.path.contains("/\(SmallHub.commit)/") })
    #expect(problem { _ = try hub(server).location(ofModel: "org/net@") } == .revision)
    #expect(problem { _ = try hub(server).location(ofModel: "org@main/net") } == .name)
  }

  @Test("Offline, the cache serves what it has and says what it lacks")
  func offline() throws {
    let server = try server()
    #expect(problem { _ = try hub(server, isOffline: true).model("org/net").modelFolder() } == .offline("config.json"))
    let place = try hub(server).model("org/net").modelFolder()
    let before = server.requests.count
    let repository = try hub(server, isOffline: true).model("org/net")
    #expect(try repository.modelFolder() == place)
    #expect(try repository.files() == ["config.json", "model.safetensors"])
    #expect(problem { _ = try repository.file("other.json") } == .offline("other.json"))
    #expect(problem { _ = try repository.file("preprocessor_config.json") } == .noFile("preprocessor_config.json"))
    #expect(server.requests.count == before)
  }

  @Test("A server that cannot be reached is no reason to do without what is there", arguments: [500, 503, 429])
  func unreachable(status: Int) throws {
    let server = try server()
    let place = try hub(server).model("org/net").file("config.json")
    let broken = try LocalServer { _ in .init(status: status) }
    #expect(try hub(broken).model("org/net").file("config.json") == place)
    #expect(broken.requests.count == 1)
    let error = problem { _ = try hub(broken).model("org/net").file("model.safetensors") }
    guard case .download(let failure) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(failure.problem == .status(status) && failure.attempts == 4)
  }

  @Test("A branch that moved on brings the new commit's files, and leaves the old ones")
  func moved() throws {
    let next = String(repeating: "b", count: 40)
    let server = try server()
    let old = try hub(server).model("org/net").file("config.json")
    let newer = try LocalServer { request in
      let body = Array("{}".utf8)
      return .init(headers: ["X-Repo-Commit": next, "ETag": "\"\(SmallHub.gitName(body))\""], body: body)
    }
    let new = try hub(newer).model("org/net").file("config.json")
    #expect(try String(contentsOf: new, encoding: .utf8) == "{}")
    #expect(try String(contentsOf: old, encoding: .utf8) == #"{"model_type": "resnet"}"#)
    #expect(try String(contentsOf: scratch.place("\(folder)/refs/main"), encoding: .utf8) == next)
  }

  @Test("The files of a model are those of one commit")
  func pinned() throws {
    let server = try server()
    _ = try hub(server).model("org/net").modelFolder()
    let revisions = server.requests.map { $0.path.split(separator: "/")[3] }
    #expect(revisions.first == "main")
    #expect(revisions.dropFirst().allSatisfy { $0 == SmallHub.commit })
  }

  @Test("The token goes to the Hub, and not to the host that has the bytes")
  func token() throws {
    let store = try LocalServer { .range(of: SmallHub.body, for: $0) }
    let address = store.url("/bucket").absoluteString
    var small = SmallHub()
    small.token = "hf_secret"
    small.store = { _ in address }
    let server = try server(small)
    _ = try hub(server, token: "hf_secret").model("org/net").file("model.safetensors")
    #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(store.requests.count == 1)
    #expect(store.requests[0].headers["authorization"] == nil)
  }

  @Test("Refusals say what to do: a token, another name, to ask for access", arguments: [nil, "hf_x"])
  func refusals(token: String?) throws {
    let has = token != nil
    let answers: [(code: String?, status: Int, problem: HubError.Problem, hint: String)] = [
      ("RepoNotFound", 401, .noRepository(hasToken: has), "HF_TOKEN"),
      ("GatedRepo", 403, .gated(hasToken: has), "access must be asked for"),
      (nil, 401, .refused(status: 401, hasToken: has), "HF_TOKEN"),
      (nil, 403, .refused(status: 403, hasToken: has), "HF_TOKEN"),
      ("RevisionNotFound", 404, .noRevision, "no such branch"),
      ("EntryNotFound", 404, .noFile("config.json"), "config.json"),
      (nil, 404, .noFile("config.json"), "config.json"),
    ]
    for answer in answers {
      let server = try LocalServer { _ in
        .init(status: answer.status, headers: answer.code.map { ["X-Error-Code": $0] } ?? [:])
      }
      let error = #expect(throws: HubError.self) {
        try hub(server, token: token).model("org/net").file("config.json")
      }
      #expect(error?.problem == answer.problem)
      #expect(error?.description.contains(answer.hint) == true)
      #expect(error?.description.contains("hf_x") == false, "a token is nobody's business")
      #expect(server.requests.count == 1, "asking again would not help")
    }
  }
  @Test("All files that fit a pattern come, the others stay where they are")
  func patterns() throws {
    var small = SmallHub()
    small.files["sub/deep/notes.txt"] = [65]
    let server = try server(small)
    let repository = try hub(server).model("org/net")
    #expect(try repository.files() == ["config.json", "model.safetensors", "sub/deep/notes.txt"])
    let folder = try repository.snapshot(matching: ["*.txt"])
    #expect(try Data(contentsOf: folder.appendingPathComponent("sub/deep/notes.txt")) == Data([65]))
    #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("config.json").path))
  }

  @Test("Weights in several files come by their index; one that points outside is refused")
  func shards() throws {
    var small = SmallHub()
    small.files["model.safetensors"] = nil
    small.files["model.safetensors.index.json"] = Array(
      #"{"weight_map": {"a": "m-1.safetensors", "b": "m-2.safetensors"}}"#.utf8)
    small.files["m-1.safetensors"] = [1]
    small.files["m-2.safetensors"] = [2]
    let server = try server(small)
    let folder = try hub(server).model("org/net").modelFolder()
    #expect(try Data(contentsOf: folder.appendingPathComponent("m-2.safetensors")) == Data([2]))

    small.files["model.safetensors.index.json"] = Array(#"{"weight_map": {"a": "../m-1.safetensors"}}"#.utf8)
    try FileManager.default.removeItem(at: scratch.place("hub"))
    let hostile = try self.server(small)
    #expect(throws: JSONFieldError.self) { try hub(hostile).model("org/net").modelFolder() }
  }

  @Test("A model that writes comes with its tokenizer and its way of generation")
  func tokenizers() throws {
    var small = SmallHub()
    let names = ["generation_config.json", "vocab.json", "merges.txt", "tokenizer_config.json"]
    for name in names { small.files[name] = Array(name.utf8) }
    small.files["vocab.json"] = Array(#"{"a": 0, "b": 1, "ab": 2}"#.utf8)
    small.files["merges.txt"] = Array("#version: 0.2\na b\n".utf8)
    let server = try server(small)
    let folder = try hub(server).model("org/net").modelFolder()
    #expect(try String(contentsOf: folder.appendingPathComponent(names[0]), encoding: .utf8) == names[0])
    #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent(names[3]).path))
    #expect(try loadTokenizer(from: folder).encode("ab") == [2])
    let before = server.requests.count
    _ = try hub(server).model("org/net").modelFolder()
    #expect(server.requests.count == before + 1, "what is not there is not asked for again")
  }

  @Test("A repository without weights is an error that says what was looked for")
  func weightless() throws {
    var small = SmallHub()
    small.files["model.safetensors"] = nil
    let server = try server(small)
    let error = #expect(throws: HubError.self) { try hub(server).model("org/net").modelFolder() }
    #expect(error?.description.contains("pytorch_model.bin") == true)
  }

  @Test("Of many at once, one fetches and all have the file")
  func manyAtOnce() async throws {
    let server = try server()
    let repository = try hub(server).model("org/net")
    try await withThrowingTaskGroup(of: URL.self) { group in
      for _ in 0..<6 { group.addTask { try await repository.fetchFile("model.safetensors") } }
      for try await file in group { #expect(try Data(contentsOf: file) == Data(SmallHub.body)) }
    }
    #expect(server.requests.filter { $0.method == "GET" }.count == 1)
  }

  @Test("A data set's files come by the same way")
  func dataset() throws {
    let body: [UInt8] = [7]
    let server = try LocalServer { _ in
      .init(headers: ["X-Repo-Commit": SmallHub.commit, "ETag": "\"\(SmallHub.gitName(body))\""], body: body)
    }
    let file = try hub(server).dataset("org/set", revision: "refs/convert/parquet").file("data/a b.parquet")
    #expect(try Data(contentsOf: file) == Data(body))
    #expect(server.requests[0].path == "/datasets/org/set/resolve/refs%2Fconvert%2Fparquet/data/a%20b.parquet")
    #expect(scratch.contents.contains("hub/datasets--org--set/refs/refs/convert/parquet"))
  }

  @Test("A folder does wherever a name does")
  func localFolder() throws {
    try scratch.write("mine/config.json", "{}")
    try scratch.write("mine/sub/x.txt", "x")
    let server = try server()
    let repository = try hub(server).model(scratch.place("mine").path)
    #expect(try repository.modelFolder().path == scratch.place("mine").path)
    #expect(try repository.files() == ["config.json", "sub/x.txt"])
    #expect(problem { _ = try repository.file("../hub") } == .path("../hub"))
    #expect(problem { _ = try repository.file("none") } == .noFile("none"))
    #expect(server.requests.isEmpty)
  }

  @Test(
    "What can be no name is neither asked for nor made a folder of",
    arguments: [
      "", "a/b/c", "../x", "a..b", "-a/b", "a/b-", "a--b/c", "a b", "a/ü", "a%2fb", String(repeating: "a", count: 97),
    ])
  func names(name: String) throws {
    let server = try server()
    #expect(problem { _ = try hub(server).model(name) } == .name)
  }

  @Test(
    "Revisions stay below the folder of references", arguments: ["../main", "", "a b", "a~1", "/main", "a//b", "a:b"])
  func revisions(revision: String) throws {
    let server = try server()
    #expect(problem { _ = try hub(server).model("org/net", revision: revision) } == .revision)
  }

  @Test("A cache that cannot be written is an error that says so")
  func unwritable() throws {
    let server = try server()
    try scratch.write("hub", "a file where a folder should be")
    guard case .cache = problem({ _ = try hub(server).model("org/net").file("config.json") }) else {
      Issue.record("the cache was written")
      return
    }
  }
}
