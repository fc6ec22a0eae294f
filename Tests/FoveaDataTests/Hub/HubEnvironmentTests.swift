import Foundation
import Testing

@testable import FoveaData

@Suite("The Hub's environment")
struct HubEnvironmentTests {
  @Test("By default it is huggingface.co, with the cache below the home folder")
  func defaults() {
    let hub = Hub(environment: ["HF_TOKEN_PATH": "/nowhere"])
    #expect(hub.endpoint.absoluteString == "https://huggingface.co")
    #expect(hub.cache.path.hasSuffix("/.cache/huggingface/hub"))
    #expect(hub.token == nil && !hub.isOffline)
  }

  @Test("Its variables are huggingface_hub's")
  func variables() {
    let hub = Hub(environment: ["HF_ENDPOINT": "https://mirror.example/", "HF_HOME": "/data/hf", "HF_TOKEN": " hf_a\n"])
    #expect(hub.address("org/x").absoluteString == "https://mirror.example/org/x")
    #expect(hub.cache.path == "/data/hf/hub")
    #expect(hub.token == "hf_a")
    #expect(Hub(environment: ["HF_HOME": "/data", "HF_HUB_CACHE": "/fast"]).cache.path == "/fast")
    #expect(Hub(environment: ["XDG_CACHE_HOME": "/xdg"]).cache.path == "/xdg/huggingface/hub")
  }

  @Test("Offline is spelt in their ways", arguments: ["1", "ON", "yes", "True"])
  func offline(value: String) {
    #expect(Hub(environment: ["HF_HUB_OFFLINE": value]).isOffline)
    #expect(!Hub(environment: ["HF_HUB_OFFLINE": "0"]).isOffline)
  }

  @Test("A token that a log-in saved is found")
  func savedToken() throws {
    let scratch = try Scratch()
    try scratch.write("token", "hf_saved\n")
    #expect(Hub(environment: ["HF_HOME": scratch.url.path]).token == "hf_saved")
  }
}
