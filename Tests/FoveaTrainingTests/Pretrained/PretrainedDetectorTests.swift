import Foundation
import FoveaData
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

/// A DETR that transformers saved, and what it answers there: see Tests/Reference/detectors.py.
private struct DetectorReference: Decodable {
  struct Object: Decodable {
    let score: Double
    let label: Int
    let box: [Double]
  }
  struct Resizing: Decodable {
    let from: [Int]
    let to: [Int]
  }
  let sizes: [[Int]]
  let original: [[Int]]
  let logits: [[[Float]]]
  let boxes: [[[Float]]]
  let objects: [[Object]]
  let resized: [Resizing]

  static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures/Detectors/detr")

  init() throws {
    self = try JSONDecoder().decode(
      Self.self, from: Data(contentsOf: Self.folder.appendingPathComponent("expected.json")))
  }

  /// The script's batch: two images, the smaller one padded.
  var images: ImageList {
    let images = sizes.map { size in
      let values = (0..<3 * size[0] * size[1]).map { Float(sin(Double($0) * 0.37 + sin(Double($0) * 0.011) * 3)) }
      return Tensor(values, shape: [3, size[0], size[1]])
    }
    return ImageList(padding: images, toMultipleOf: 1)
  }
}

@Suite("Pretrained detectors")
struct PretrainedDetectorTests {
  private let reference: DetectorReference

  init() throws { reference = try DetectorReference() }

  private func predictions(_ folder: URL, _ images: ImageList) throws -> (logits: Tensor, boxes: Tensor) {
    let model = try #require(try PretrainedDetector(contentsOf: folder).model as? DETR)
    model.eval()
    let said = try #require(withNoGrad { model.predictions(images) }.last)
    return (said.logits, said.boxes.values)
  }

  private func difference(_ a: Tensor, _ b: [[[Float]]]) -> Float {
    (a - Tensor(b.flatMap { $0 }.flatMap { $0 }, shape: a.shape.sizes)).abs().max().item(Float.self)
  }

  @Test("A DETR that transformers saved answers as it does there, for a padded batch")
  func equal() throws {
    let said = try predictions(DetectorReference.folder, reference.images)
    #expect(said.logits.shape == [2, 9, 5] && said.boxes.shape == [2, 9, 4])
    #expect(difference(said.logits, reference.logits) < 1e-4)
    #expect(difference(said.boxes, reference.boxes) < 1e-4)
    // The mask counts: the padding taken for a part of the image gives something else.
    let unmasked = try predictions(DetectorReference.folder, ImageList(reference.images.images))
    #expect(difference(unmasked.logits, reference.logits) > 0.1)
  }

  @Test("Its objects are those of transformers' post_process_object_detection, the surest first")
  func objects() throws {
    let pretrained = try PretrainedDetector(contentsOf: DetectorReference.folder)
    #expect(pretrained.report.isClean)
    #expect(pretrained.configuration.classNames == ["N/A", "cat", "N/A", "dog"])
    pretrained.model.eval()
    let found = withNoGrad { pretrained.model.detect(reference.images) }
    for (image, found) in found.enumerated() {
      let expected = reference.objects[image].sorted { $0.score > $1.score }
      #expect(found.labels.array(Int.self) == expected.map(\.label))
      #expect(zip(found.scores.array(Double.self), expected).allSatisfy { abs($0 - $1.score) < 1e-4 })
      let (size, original) = (reference.sizes[image], reference.original[image])
      let boxes = found.boxes.scaled(
        x: Double(original[1]) / Double(size[1]), y: Double(original[0]) / Double(size[0]))
      let sides = zip(boxes.values.array(Double.self), expected.flatMap(\.box))
      #expect(found.count == 9 && sides.allSatisfy { abs($0 - $1) < 0.01 })
    }
  }

  @Test("Weights under the names that transformers 5 has in memory are read, too")
  func namesInMemory() throws {
    let copy = try FolderCopy(ofFolder: DetectorReference.folder)
    let file = copy.url.appendingPathComponent("model.safetensors")
    let renamed = try StateDict(contentsOf: file).mapKeys { name in
      name.replacing(".conv_encoder", with: "").replacing("out_proj", with: "o_proj").replacing(".fc", with: ".mlp.fc")
    }
    #expect(renamed["model.decoder.layers.1.mlp.fc1.weight"] != nil)
    #expect(renamed["model.backbone.model.embedder.embedder.convolution.weight"] != nil)
    try renamed.write(to: file)
    #expect(try difference(predictions(copy.url, reference.images).logits, reference.logits) < 1e-4)
  }

  /// How folders name timm's ResNet: older ones, and those of transformers 5.
  static let timmBackbones: [[String: JSONValue?]] = [
    ["backbone_config": nil, "use_timm_backbone": .bool(true), "backbone": .text("resnet18")],
    [
      "backbone_config": .object([
        "model_type": .text("timm_backbone"), "backbone": .text("resnet18.a1_in1k"),
        "out_indices": .array([.integer(1), .integer(2), .integer(3), .integer(4)]),
      ])
    ],
  ]

  @Test("A backbone of timm's is read, as in facebook/detr-resnet-50", arguments: timmBackbones)
  func timm(_ fields: [String: JSONValue?]) throws {
    var settings = try PretrainedDetector(contentsOf: DetectorReference.folder).configuration.settings
    settings.detr?.backbone = .resnet18
    seedAll(3)
    let model = try #require(
      try DetectorArchitecture.named("detr").make(classes: 4, settings: settings) as? DETR)
    let weights = model.stateDict()
    #expect(weights["model.backbone.conv_encoder.model.layer2.0.downsample.1.running_mean"] != nil)
    let copy = try FolderCopy(ofFolder: DetectorReference.folder)
    try weights.write(to: copy.url.appendingPathComponent("model.safetensors"))
    try copy.configure(fields)
    model.eval()
    let expected = try #require(withNoGrad { model.predictions(reference.images) }.last)
    let said = try predictions(copy.url, reference.images)
    #expect((said.logits - expected.logits).abs().max().item(Float.self) == 0)
  }

  @Test("Other classes let the last layer start anew; the run's folder then describes the network by itself")
  func fineTuned() throws {
    let published = try PretrainedDetector(contentsOf: DetectorReference.folder)
    let tuned = try PretrainedDetector(contentsOf: DetectorReference.folder, classNames: ["nut", "bolt"])
    #expect(
      tuned.report.reinitialized == ["class_labels_classifier.weight", "class_labels_classifier.bias"])
    #expect(tuned.model.classes == 2 && tuned.configuration.classNames == ["nut", "bolt"])
    let (old, new) = (published.model.stateDict(), tuned.model.stateDict())
    for key in ["model.decoder.layernorm.weight", "model.backbone.conv_encoder.model.conv1.weight"] {
      #expect(old[key]?.array(Float.self) == new[key]?.array(Float.self), "\(key)")
    }
    let folder = try TemporaryFolder()
    try tuned.configuration.write(to: folder.url)
    let again = try DetectorConfiguration(folder: folder.url).makeModel()
    try again.loadStateDict(new)
    var wrong = tuned.configuration.settings
    wrong.detr?.size.heads = 3
    #expect(throws: ArchitectureError.self) {
      try DetectorArchitecture.named("detr").make(classes: 2, settings: wrong)
    }
  }

  @Test("Weights of another number of classes do not pass for the folder's own")
  func misfit() throws {
    let copy = try FolderCopy(ofFolder: DetectorReference.folder)
    try copy.configure(["id2label": .object(["0": .text("cat")])])
    let error = #expect(throws: LoadError.self) { try PretrainedDetector(contentsOf: copy.url) }
    #expect(error?.report.misshapen.map(\.name) == ["class_labels_classifier.weight", "class_labels_classifier.bias"])
    #expect(error?.description.hasPrefix(copy.url.path) == true)
  }

  @Test(
    "A network that Fovea does not have is an error that names the field",
    arguments: [
      ("model_type", ["model_type": .text("yolos")]),
      ("architectures", ["architectures": .array([.text("DetrForSegmentation")])]),
      ("activation_function", ["activation_function": .text("gelu")]),
      ("position_embedding_type", ["position_embedding_type": .text("learned")]),
      ("dilation", ["dilation": .bool(true)]), ("auxiliary_loss", ["auxiliary_loss": .bool(true)]),
      ("decoder_attention_heads", ["decoder_attention_heads": .integer(4)]),
      ("decoder_ffn_dim", ["decoder_ffn_dim": nil]), ("num_channels", ["num_channels": .integer(1)]),
      ("d_model", ["d_model": .integer(18)]), ("num_queries", ["num_queries": .integer(0)]),
      ("backbone_config.model_type", ["backbone_config": .object(["model_type": .text("swin")])]),
      (
        "backbone_config.out_features",
        ["backbone_config": .object(["out_features": .array([.text("stage3")])])]
      ),
      ("backbone", ["backbone_config": nil, "backbone": .text("microsoft/resnet-50")]),
      ("backbone", ["backbone_config": nil, "use_timm_backbone": nil, "backbone": .text("mobilenetv3")]),
      ("model_type", ["d_model": .integer(4096), "encoder_layers": .integer(100)]),
    ] as [(String, [String: JSONValue?])])
  func badConfiguration(field: String, changes: [String: JSONValue?]) throws {
    let copy = try FolderCopy(ofFolder: DetectorReference.folder)
    try copy.configure(changes)
    let error = #expect(throws: JSONFieldError.self) { try PretrainedDetector(contentsOf: copy.url) }
    #expect(error?.field == field)
  }

  @Test("Images get transformers' sizes, and no padding beyond the largest one of a batch")
  func processor() throws {
    let input = try PretrainedDetector(contentsOf: DetectorReference.folder).configuration.input
    #expect(input.processor?.scaling == .edges(shortest: 96, longest: 128) && input.multiple == 1)
    #expect(input.statistics == .imageNet)
    let usual = try ImageProcessor(JSONFields([:], file: "x"), modelType: "detr")
    let old = #"{"feature_extractor_type": "DetrFeatureExtractor", "size": 800, "max_size": 1333}"#
    let values = try JSONDecoder().decode([String: JSONValue].self, from: Data(old.utf8))
    #expect(try ImageProcessor(JSONFields(values, file: "x")) == usual)
    #expect(usual.statistics == .imageNet && usual.resample == .bilinear)
    for one in reference.resized {
      let image = Sample(image: .zeros([3, one.from[0], one.from[1]], dtype: .uint8))
      #expect(try usual.shaped(image).image.shape.sizes == [3] + one.to, "\(one.from)")
    }
  }
}
