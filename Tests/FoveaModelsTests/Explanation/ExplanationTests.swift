import Foundation
import FoveaModels
import Testing
import Torch

/// Against Python; see Tests/Reference/explanations.py.
@Suite struct ExplanationTests {
  static let reference: [String: [Double]] = fixture("explanations.json", madeBy: "explanations.py")
  static let numbers = MadeUpNumbers()

  private func expect(_ map: Tensor, is name: String) throws {
    let expected = try #require(Self.reference[name])
    #expect(map.count == expected.count)
    for (found, expected) in zip(map.array(Double.self), expected) { #expect(abs(found - expected) < 1e-5) }
  }

  @Test func gradCAMIsThatOfThePaper() throws {
    let model = withoutInitialization { ResNet(.resnet18, classes: 10) }
    Self.numbers.fill(model)
    model.to(.float64).setTrainable(false)
    let images = Self.numbers(17, [2, 3, 96, 64]).to(.float64)
    let map = try #require(GradCAM.map(of: model, images: images))
    #expect(map.shape == [2, 3, 2])
    try expect(map, is: "grad_cam")
    try expect(try #require(GradCAM.map(of: model, images: images, classes: [3, 3])), is: "grad_cam_3")
    #expect(model.isTraining, "it leaves the network as it was")
    #expect(model.parameters().allSatisfy { $0.grad == nil })
    #expect(model.namedModules().allSatisfy { ($0.module as? Layer)?.forwardHook == nil })
  }

  @Test(arguments: ["vgg11_bn", "googlenet", "efficientnet_lite0", "convnext_tiny"])
  func everyConvolutionalNetworkHasAMap(_ name: String) throws {
    let stem: Stem? = name == "vgg11_bn" ? .cifar : nil
    let model = try ClassifierArchitecture.named(name).make(classes: 3, stem: stem)
    let map = try #require(GradCAM.map(of: model, images: .randn([1, 3, 96, 64])))
    #expect(map.rank == 3 && map.shape[1] >= map.shape[2] && map.count > 1)
    #expect(Double(map.min()) >= 0 && Double(map.max()) <= 1)
  }

  @Test func aNetworkWithoutFeatureMapsHasNone() {
    #expect(GradCAM.map(of: Sequential(Flatten(), Linear(48, 2)), images: .randn([1, 3, 4, 4])) == nil)
  }

  @Test(arguments: ["vit", "deit-teacher"]) func rolloutFollowsTheAttentions(_ name: String) throws {
    let model = VisionTransformer(name == "vit" ? TinyModels.vit : TinyModels.deitTeacher, classes: 3)
    try model.loadPretrained(VisionTransformer.renamed(TransformerReference.weights(name)))
    model.to(.float64)
    let map = AttentionRollout.map(of: model, images: Self.numbers(17, [2, 3, 32, 32]).to(.float64))
    #expect(map.shape == [2, 4, 4] && model.isTraining)
    try expect(map, is: name)
  }

  @Test func rolloutByHand() {
    // Both heads look at the other token; half of each step stays.
    let attention = Tensor([0.0, 1, 1, 0]).reshape(1, 1, 2, 2)
    let two = AttentionRollout.rollout([attention, Tensor([1.0, 0, 1, 0]).reshape(1, 1, 2, 2)])
    #expect(two.array(Float.self) == [0.5, 0.5, 0.5, 0.5])
    let one = AttentionRollout.rollout([attention])
    #expect(one.shape == [1, 2, 2] && one.array(Float.self) == [0.5, 0.5, 0.5, 0.5])
  }
}
