import Foundation
import FoveaData
import FoveaModels
import Testing
import Torch

@testable import FoveaTraining

@Suite("Pretrained models")
struct PretrainedTests {
  static let names = ["resnet", "resnet-basic", "vit", "deit", "dinov2", "convnext"]

  @Test("A model that transformers saved answers as it does there, gradients too", arguments: names)
  func equal(name: String) throws {
    let reference = try PretrainedReference(name)
    let pretrained = try PretrainedClassifier(contentsOf: PretrainedReference.folder(name))
    #expect(pretrained.report.reinitialized.isEmpty)
    #expect(pretrained.configuration.classNames == ["cat", "dog", "hen"])
    let model = pretrained.model
    model.eval()
    let logits = model(reference.pixels)
    let expected = Tensor(reference.logits.flatMap { $0 }, shape: [2, 3])
    #expect((logits - expected).abs().max().item(Float.self) < 1e-4)
    PretrainedReference.loss(logits).backward()
    let parameters = Dictionary(uniqueKeysWithValues: model.namedParameters().map { ($0.name, $0.parameter) })
    for (key, values) in reference.gradients {
      let grad = try #require(parameters[key]?.grad, "\(key)").flatten()[..<values.count]
      let scale = max(1, values.map(abs).max() ?? 1)
      #expect((grad - Tensor(values)).abs().max().item(Float.self) < 1e-4 * scale, "\(key)")
    }
  }

  @Test("Its image processor comes with it", arguments: names)
  func processor(name: String) throws {
    let input = try PretrainedClassifier(contentsOf: PretrainedReference.folder(name)).configuration.input
    let processor = try #require(input.processor)
    let file = PretrainedReference.folder(name).appendingPathComponent(ImageProcessor.fileName)
    if FileManager.default.fileExists(atPath: file.path) {
      #expect(try processor == ImageProcessor(JSONFields(contentsOf: file)))
    } else {
      #expect(processor.scaling == .exact(384), "transformers' default for a ResNet")
    }
    #expect(input.size == processor.outputSize)
  }

  @Test("Another number of classes is an error unless the last layer may start anew; then it says so")
  func mismatched() throws {
    let folder = PretrainedReference.folder("resnet")
    let names = ["a", "b", "c", "d", "e"]
    let error = #expect(throws: LoadError.self) { try PretrainedClassifier(contentsOf: folder, classNames: names) }
    #expect(error?.report.misshapen.map(\.name) == ["fc.weight", "fc.bias"])
    #expect(error?.description.hasPrefix(folder.path) == true)
    let pretrained = try PretrainedClassifier(contentsOf: folder, classNames: names, ignoreMismatchedSizes: true)
    #expect(pretrained.report.reinitialized == ["fc.weight", "fc.bias"])
    #expect(pretrained.report.description.contains("fc.weight (model [5, 40], file [3, 40])"))
    #expect(pretrained.model.classes == 5)
    #expect(pretrained.configuration.classNames == names)
  }

  @Test("What is missing and what is left over is told; a last layer may be missing only where it is trained anew")
  func missing() throws {
    let copy = try FolderCopy(of: "resnet")
    let weights = try ModelWeights.load(from: copy.url)
    func write(_ change: (inout StateDict) -> Void) throws {
      var changed = weights
      change(&changed)
      try changed.write(to: copy.url.appendingPathComponent("model.safetensors"))
    }
    try write {
      $0["classifier.1.weight"] = nil
      $0["classifier.1.bias"] = nil
      $0["pooler.extra"] = .zeros([1])
    }
    #expect(throws: LoadError.self) { try PretrainedClassifier(contentsOf: copy.url) }
    let report = try PretrainedClassifier(contentsOf: copy.url, classNames: ["x", "y"]).report
    #expect(report.fit.missing == ["fc.weight", "fc.bias"] && report.reinitialized == report.fit.missing)
    #expect(report.fit.unexpected == ["pooler.extra"])
    try write { $0["resnet.embedder.embedder.convolution.weight"] = nil }
    let error = #expect(throws: LoadError.self) {
      try PretrainedClassifier(contentsOf: copy.url, classNames: ["x", "y", "z"])
    }
    #expect(error?.report.missing == ["conv1.weight"])
  }

  @Test("A backbone without a head becomes a classifier whose last layer is to be trained")
  func backbone() throws {
    let folder = PretrainedReference.folder("vit-backbone")
    let error = #expect(throws: JSONFieldError.self) { try PretrainedClassifier(contentsOf: folder) }
    #expect(error?.field == "architectures" && error?.description.contains("fine-tune") == true)
    let pretrained = try PretrainedClassifier(contentsOf: folder, classNames: ["a", "b", "c", "d"])
    #expect(pretrained.report.reinitialized == ["head.weight", "head.bias"])
    #expect(pretrained.model(.zeros([1, 3, 32, 32])).shape == [1, 4])
  }

  @Test("Of two heads, both start anew for other classes")
  func twoHeads() throws {
    let pretrained = try PretrainedClassifier(
      contentsOf: PretrainedReference.folder("deit"), classNames: ["a", "b"], ignoreMismatchedSizes: true)
    #expect(
      Set(pretrained.report.reinitialized) == ["head.weight", "head.bias", "head_dist.weight", "head_dist.bias"])
  }

  @Test("A sharded checkpoint whose index does not match its files is an error that names the tensor")
  func badIndex() throws {
    let copy = try FolderCopy(of: "resnet")
    let index = copy.url.appendingPathComponent("model.safetensors.index.json")
    let text = try String(contentsOf: index, encoding: .utf8)
    try text.replacing("\"classifier.1.bias\"", with: "\"classifier.9.bias\"").write(
      to: index, atomically: true, encoding: .utf8)
    let error = #expect(throws: JSONFieldError.self) { try ModelWeights.load(from: copy.url) }
    #expect(error?.description.contains("classifier.9.bias") == true)
    try text.replacing("model-0000", with: "../model-0000").write(to: index, atomically: true, encoding: .utf8)
    #expect(throws: JSONFieldError.self) { try ModelWeights.load(from: copy.url) }
  }

  @Test(
    "A configuration that cannot be built is an error that names the field",
    arguments: [
      ("model_type", ["model_type": .text("resnext")]), ("model_type", ["model_type": nil]),
      ("depths", ["depths": .array([.integer(1)])]), ("depths", ["depths": .text("many")]),
      ("hidden_sizes", ["hidden_sizes": .array([.integer(16), .integer(24), .integer(32), .integer(41)])]),
      ("hidden_act", ["hidden_act": .text("mish")]), ("layer_type", ["layer_type": .text("wide")]),
      ("downsample_in_bottleneck", ["downsample_in_bottleneck": .bool(true)]),
      ("id2label", ["id2label": .object(["0": .text("a"), "5": .text("b")])]),
      ("embedding_size", ["embedding_size": .integer(1 << 40)]),
    ] as [(String, [String: JSONValue?])])
  func badConfiguration(field: String, changes: [String: JSONValue?]) throws {
    let copy = try FolderCopy(of: "resnet")
    try copy.configure(changes)
    let error = #expect(throws: JSONFieldError.self) { try PretrainedClassifier(contentsOf: copy.url) }
    #expect(error?.field == field)
  }

  @Test(
    "transformers' sizes of two sides are read where they are squares, and refused where not",
    arguments: ["vit", "dinov2"])
  func twoSides(name: String) throws {
    let copy = try FolderCopy(of: name)
    let plain = try PretrainedClassifier(contentsOf: copy.url).model
    let shape = try #require((plain as? VisionTransformer)?.configuration)
    for (field, side) in [("image_size", shape.imageSize), ("patch_size", shape.patchSize)] {
      try copy.configure([field: .array([.integer(side), .integer(side)])])
      let square = try #require(try PretrainedClassifier(contentsOf: copy.url).model as? VisionTransformer)
      #expect(square.configuration == shape)
      for wrong in [[side, 2 * side], [side], [side, side, side]] {
        try copy.configure([field: .array(wrong.map { .integer($0) })])
        let error = #expect(throws: JSONFieldError.self) { try PretrainedClassifier(contentsOf: copy.url) }
        #expect(error?.field == field)
        if wrong.count == 2 { #expect(error?.description.contains("\(side) x \(2 * side)") == true) }
      }
      try copy.configure([field: .integer(side)])
    }
  }

  @Test("A small file cannot ask for a network that fills the memory")
  func tooLarge() throws {
    let copy = try FolderCopy(of: "resnet")
    try copy.configure(["hidden_sizes": .array(Array(repeating: .integer(16384), count: 4))])
    let error = #expect(throws: JSONFieldError.self) { try PretrainedClassifier(contentsOf: copy.url) }
    #expect(error?.description.contains("do not belong together") == true)
  }

  @Test("A folder without a configuration, or without weights, says what it lacks")
  func incomplete() throws {
    let copy = try FolderCopy(of: "resnet-basic")
    try FileManager.default.removeItem(at: copy.url.appendingPathComponent("pytorch_model.bin"))
    let error = #expect(throws: JSONFieldError.self) { try PretrainedClassifier(contentsOf: copy.url) }
    #expect(error?.description.contains("model.safetensors") == true)
    try FileManager.default.removeItem(at: copy.url.appendingPathComponent("config.json"))
    #expect(throws: JSONFieldError.self) { try PretrainedClassifier(contentsOf: copy.url) }
  }

  @Test("timm's configuration is read, with its classes and its way with images")
  func timm() throws {
    let text = """
      {"architecture": "resnet18", "num_classes": 2, "label_names": ["n1", "n2"], "label_descriptions": {"n1": "cat"},
       "pretrained_cfg": {"input_size": [3, 64, 64], "crop_pct": 0.5, "interpolation": "bilinear"}}
      """
    let fields = JSONFields(
      try JSONDecoder().decode([String: JSONValue].self, from: Data(text.utf8)), file: "config.json")
    #expect(PretrainedConfiguration.isPublished(fields))
    let configuration = try PretrainedConfiguration(fields)
    #expect(configuration.library == .timm)
    #expect(try configuration.classNames() == ["cat", "n2"])
    #expect(try PretrainedFamily.of(configuration).name == "ResNet")
    let model = try PretrainedFamily.of(configuration).makeModel(configuration, 2)
    #expect(model.classes == 2)
    let processor = try ImageProcessor(timm: configuration.pretrainedSettings())
    #expect(processor.scaling == .shortestEdge(128) && processor.crop == 64)
  }
}
