import Foundation
import FoveaModels
import Testing
import Torch

@Suite struct MTCNNTests {
  static let reference = FaceReference.load()

  private func net(_ name: String) -> (module: Module, run: (Tensor) -> MTCNNOutput) {
    switch name {
    case "pnet":
      let net = PNet()
      return (net, { net($0) })
    case "rnet":
      let net = RNet()
      return (net, { net($0) })
    default:
      let net = ONet()
      return (net, { net($0) })
    }
  }

  @Test(arguments: MTCNN.weightNames) func aNetworkSaysWhatFacenetPyTorchSays(_ name: String) throws {
    let expected = try #require(Self.reference.nets[name])
    let (module, run) = net(name)
    let numbers = MadeUpNumbers()
    numbers.fill(module)
    #expect(module.keyHash == expected.keys)
    module.to(.float64)
    let output = withNoGrad { run(numbers(23, [2, 3] + expected.size).to(.float64)) }
    let found = [output.offsets, output.landmarks, output.logits.softmax(dim: 1)].compactMap(\.self)
    #expect(found.count == expected.outputs.count)
    for (tensor, values) in zip(found, expected.outputs) {
      #expect(zip(tensor.array(Double.self), values).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) })
      #expect(tensor.count == values.count)
    }
  }

  /// The networks of the reference's cascade: a tenth of the last layers' weights.
  private func cascade() -> MTCNN {
    let detector = MTCNN()
    let numbers = MadeUpNumbers()
    for network in [detector.pnet, detector.rnet, detector.onet] as [Module] { numbers.fill(network) }
    let milder = ["pnet.conv4_2", "rnet.dense5_1", "rnet.dense5_2", "onet.dense6_1", "onet.dense6_2", "onet.dense6_3"]
    for (name, tensor) in detector.stateDict() where milder.contains(where: name.hasPrefix) { tensor.mul_(0.1) }
    return detector
  }

  /// The photograph of `faces.py`: blobs and noise, of whole numbers.
  private func photograph(height: Int, width: Int) -> Tensor {
    var pixels: [UInt8] = []
    for c in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          let value = x * (3 + c) + y * (5 - c) + (x * y / (7 + c)) * 11 + ((x / 16 + y / 16 + c) % 3) * 60
          pixels.append(UInt8(value % 256))
        }
      }
    }
    return Tensor(pixels, shape: [3, height, width])
  }

  @Test func theCascadeFindsWhatFacenetPyTorchFinds() {
    let expected = Self.reference.cascade
    let detector = cascade()
    detector.options.thresholds = expected.thresholds
    let found = detector.detect(photograph(height: expected.height, width: expected.width))
    // The reference is in another order, by score.
    let faces = found.sorted { $0.probability > $1.probability }
    #expect(faces.count == expected.boxes.count)
    for (face, index) in zip(faces, expected.boxes.indices) {
      let distance =
        zip(face.box + face.landmarks.joined(), expected.boxes[index] + expected.landmarks[index])
        .map { abs($0 - $1) }.max() ?? .infinity
      #expect(distance < 1e-2, "face \(index) is off by \(distance) pixels")
      #expect(abs(face.probability - expected.probabilities[index]) < 1e-4)
    }
    #expect(found.map(\.area) == found.map(\.area).sorted(by: >))
  }

  @Test(arguments: [[1, 1], [11, 300], [300, 5], [12, 12], [64, 64]]) func anySizeIsBorne(_ size: [Int]) {
    let detector = cascade()
    for thresholds in [[0.0, 0, 0], [0.6, 0.6, 0.35], [1.0, 1, 1]] {
      detector.options.thresholds = thresholds
      let faces = detector.detect(.full([3, size[0], size[1]], 128, dtype: .uint8))
      #expect(faces.allSatisfy { $0.landmarks.count == 5 && $0.box.allSatisfy(\.isFinite) })
    }
  }

  @Test func aNetworkLearnsDecisionBoxAndLandmarks() {
    seedAll(1)
    let net = ONet()
    let windows = Tensor.rand([8, 3, 48, 48], generator: Generator(seed: 2)) * 2 - 1
    let kinds = Tensor([0, 0, 1, 1, 2, 2, 3, 3])
    let offsets = Tensor.rand([8, 4], generator: Generator(seed: 3)) * 0.2
    let landmarks = Tensor.rand([8, 10], generator: Generator(seed: 4))
    let criterion = MTCNNLoss(landmarkWeight: 1)
    func loss() -> Tensor { criterion(net(windows), kinds: kinds, offsets: offsets, landmarks: landmarks) }
    let before = Double(loss())
    let optimizer = Adam(net, learningRate: 5e-4)
    for _ in 0..<60 {
      loss().backward()
      optimizer.step()
      optimizer.zeroGrad()
    }
    #expect(Double(loss()) < before / 2)
  }

  @Test func onlyTheSamplesThatALossIsForCount() {
    let output = MTCNNOutput(
      logits: .zeros([2, 2]), offsets: Tensor([1.0, 1, 1, 1, 5, 5, 5, 5], shape: [2, 4]),
      landmarks: .ones([2, 10]))
    let loss = MTCNNLoss(landmarkWeight: 1)
    let targets = Tensor.zeros([2, 4])
    let places = Tensor.zeros([2, 10])
    func value(_ kinds: [Int]) -> Double {
      Double(loss(output, kinds: Tensor(kinds), offsets: targets, landmarks: places))
    }
    #expect(abs(value([0, 0]) - 0.693147) < 1e-5)  // the decision alone
    #expect(abs(value([2, 3]) - (0.5 + 1)) < 1e-5)  // the first's box, the second's landmarks
  }

  @Test func aFolderWithoutWeightsIsAnErrorThatNamesTheFile() {
    let error = #expect(throws: (any Error).self) {
      try MTCNN(contentsOf: URL(fileURLWithPath: "/nowhere/at/all"))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("/nowhere/at/all/pnet.pt"))
  }
}
