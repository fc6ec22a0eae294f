import FoveaModels
import Testing
import Torch

@Suite struct ArchitectureTests {
  @Test func parameterCountsAreThoseOfTheCollection() throws {
    let counts: [(String, Int, Int)] = [("small_vgg", 100, 1_610_176), ("googlenet", 100, 5_702_404)]
    for (name, classes, count) in counts {
      let model = try withoutInitialization { try ClassifierArchitecture.named(name).make(classes: classes) }
      #expect(model.parameterCount() == count)
    }
  }

  @Test func aMisspeltNameIsToldFromTheNearest() throws {
    let error = try #require(throws: ArchitectureError.self) { try ClassifierArchitecture.named("resnet81") }
    #expect(error == .unknown(name: "resnet81", nearest: "resnet18") || "\(error)".contains("resnet"))
    #expect(throws: ArchitectureError.unknown(name: "vgg16bn", nearest: "vgg16_bn")) {
      try ClassifierArchitecture.named("vgg16bn")
    }
    #expect(throws: ArchitectureError.self) { try ClassifierArchitecture.named("") }
  }

  @Test func impossibleRequestsAreErrors() throws {
    let resnet = try ClassifierArchitecture.named("resnet18")
    #expect(throws: ArchitectureError.notPositive(field: "classes", value: 0)) { try resnet.make(classes: 0) }
    #expect(throws: ArchitectureError.notPositive(field: "inputChannels", value: -1)) {
      try resnet.make(inputChannels: -1)
    }
    #expect(throws: ArchitectureError.tooLarge(field: "classes", value: 99_999_999_999, limit: 1_000_000)) {
      try resnet.make(classes: 99_999_999_999)
    }
    #expect(throws: ArchitectureError.noStem(.cifar, architecture: "googlenet", stems: [.imageNet])) {
      try ClassifierArchitecture.named("googlenet").make(stem: .cifar)
    }
  }

  @Test func namesAreUnique() {
    let names = ClassifierArchitecture.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func featuresHaveTheSizesOfTheirStages() {
    let model = withoutInitialization { ResNet(.resnet18) }.eval()
    let shapes = withNoGrad { model.features(.zeros([1, 3, 64, 96])).map(\.shape.sizes) }
    #expect(shapes == [[1, 64, 16, 24], [1, 128, 8, 12], [1, 256, 4, 6], [1, 512, 2, 3]])
  }
}
