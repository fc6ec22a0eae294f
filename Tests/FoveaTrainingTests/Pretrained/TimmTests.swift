import Foundation
import FoveaData
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

@Suite struct TimmTests {
  private func configuration(_ json: String) throws -> PretrainedConfiguration {
    try PretrainedConfiguration(
      JSONFields(try JSONDecoder().decode([String: JSONValue].self, from: Data(json.utf8)), file: "config.json"))
  }

  private func make(_ json: String) throws -> any ImageClassifier {
    let configuration = try configuration(json)
    return try withoutInitialization { try PretrainedFamily.of(configuration).makeModel(configuration, 2) }
  }

  @Test(arguments: [
    ("vit_tiny_patch16_384", "ViT", 577), ("deit_tiny_distilled_patch16_384", "DeiT", 578),
    ("vit_small_patch32_224", "ViT", 50),
  ])
  func patchesAndSizesAreReadFromTheName(_ name: String, _ family: String, _ tokens: Int) throws {
    let json = #"{"architecture": "\#(name)", "global_pool": "token", "pretrained_cfg": {}}"#
    #expect(try PretrainedFamily.of(configuration(json)).name == family)
    let model = try make(json)
    #expect(model.stateDict()["pos_embed"]?.shape[1] == tokens)
    let described = try PretrainedFamily.of(configuration(json)).parameterCount(configuration(json))
    #expect(described == Double(try ClassifierArchitecture.named(name).parameterCount))
  }

  @Test(arguments: [
    (#""global_pool": "avg""#, "global_pool"), (#""model_args": {"global_pool": "map"}"#, "model_args.global_pool"),
    (#""model_args": {"class_token": false}"#, "model_args.class_token"),
    (#""model_args": {"img_size": 384}"#, "model_args.img_size"),
    (#""model_args": {"depth": 6, "drop_rate": 0.1}"#, "model_args.depth"),
  ])
  func otherNetworksOfTheNameAreRefused(_ field: String, _ key: String) throws {
    for name in ["vit_tiny_patch16_224", "deit_tiny_patch16_224"] {
      let error = try #require(throws: JSONFieldError.self) { try make(#"{"architecture": "\#(name)", \#(field)}"#) }
      #expect(error.field == key, "\(error)")
    }
  }

  @Test(arguments: [
    #""model_args": {}"#, #""global_pool": "token", "model_args": {"drop_path_rate": 0.1, "img_size": [224, 224]}"#,
    #""model_args": {"num_classes": 2, "dynamic_img_size": true, "in_chans": 3, "act_layer": null}"#,
    #""pretrained_cfg": {"input_size": [3, 64, 64]}, "model_args": {"img_size": 64}"#,
  ])
  func whatLeavesTheNetworkAsItIsIsAccepted(_ field: String) throws {
    #expect(try make(#"{"architecture": "vit_tiny_patch16_224", \#(field)}"#).classes == 2)
  }

  @Test func positionsAreThoseOfASquare() throws {
    let size = #""pretrained_cfg": {"input_size": [3, 256, 64]}"#
    let error = try #require(throws: JSONFieldError.self) {
      try make(#"{"architecture": "vit_tiny_patch16_224", \#(size)}"#)
    }
    #expect(error.field == "pretrained_cfg.input_size" && error.description.contains("256 x 64"), "\(error)")
    #expect(try make(#"{"architecture": "resnet18", \#(size)}"#).classes == 2, "which has no positions")
  }

  @Test func otherFamiliesPoolAsTheyAlwaysDo() throws {
    #expect(try make(#"{"architecture": "resnet18", "global_pool": "avg"}"#).classes == 2)
    #expect(throws: JSONFieldError.self) {
      try make(#"{"architecture": "resnet18", "model_args": {"stem_width": 32}}"#)
    }
  }
}
