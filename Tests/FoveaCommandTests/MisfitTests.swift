import Foundation
import Fovea
import Testing

extension FoveaCommandTests {
  @Test("what of a published model does not fit is told on standard error")
  func misfits() throws {
    let snapshot = try makeCache()
    let offline = ["HF_HOME": folder.appendingPathComponent("cache").path, "HF_HUB_OFFLINE": "1"]
    let image = try makeColours().appendingPathComponent("test/green/0.png").path
    let clean = try fovea("predict", snapshot.path, image, "--json")
    #expect(clean.status == 0 && !clean.messages.contains("unexpected"), "\(clean.messages)")

    var weights = try ModelWeights.load(from: snapshot)
    weights["pooler.extra"] = .zeros([1])
    try weights.write(to: snapshot.appendingPathComponent("model.safetensors"))
    let told = try fovea("predict", snapshot.path, image, "--json")
    #expect(told.status == 0 && told.output == clean.output)
    #expect(told.messages.contains("1 unexpected: pooler.extra"), "\(told.messages)")
    let pulled = try fovea("models", "pull", "tiny/resnet", environment: offline)
    #expect(pulled.status == 0 && pulled.messages.contains("1 unexpected: pooler.extra"), "\(pulled.messages)")

    weights["resnet.embedder.embedder.convolution.weight"] = nil
    try weights.write(to: snapshot.appendingPathComponent("model.safetensors"))
    let refused = try fovea("predict", snapshot.path, image)
    #expect(refused.status == 1 && refused.messages.contains(snapshot.path), "\(refused.messages)")
    #expect(refused.messages.contains("1 missing: conv1.weight"))
  }
}
