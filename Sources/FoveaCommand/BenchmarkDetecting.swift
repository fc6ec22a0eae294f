import Fovea

import enum FoveaTraining.Precision

extension Workload {
  /// The detector of the model's name; nil where it is that of a classifier.
  var detector: DetectorArchitecture? { DetectorArchitecture.all.first { $0.name == model } }

  /// The images' side in pixels: as asked, or as published.
  func side() throws -> Int { try size ?? detector?.inputSize ?? ClassifierArchitecture.named(model).inputSize }

  /// Times how a detector finds the objects of squares of noise: all of it, up to suppression.
  ///
  /// Its weights are fresh, so few objects are found, and suppression has little to do.
  func time(_ architecture: DetectorArchitecture, optimized: Bool) throws {
    repetition.begin()
    let (device, side) = (try Device(device), try side())
    guard stem == nil else { throw Failure("\(model) is a detector, which has no --stem") }
    guard side == architecture.imageSide ?? side, architecture.imageSide != nil || side % architecture.stride == 0
    else {
      let possible = architecture.imageSide.map { "\($0)" } ?? "multiples of \(architecture.stride)"
      throw Failure("\(model) takes images of another side than \(side): \(possible)")
    }
    let network = try architecture.make(classes: classes ?? architecture.classes)
    network.to(device).to(.channelsLast)
    network.eval()
    let noise = Tensor.randn([batch, 3, side, side], generator: Generator(seed: 1))
    let images = ImageList(noise.to(device).contiguous(.channelsLast))
    let type = precision.autocastType(on: device)
    let fast = network.optimized(dtype: type ?? .float32)
    try report(mode: "infer", optimized: optimized, device) {
      let found =
        optimized
        ? fast.run { network.detect(images) }
        : withNoGrad { withAutocast(type, on: device) { network.detect(images) } }
      return found[0].scores
    }
  }
}
