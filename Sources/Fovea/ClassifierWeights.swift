import Foundation
import FoveaData
import FoveaModels
import FoveaTraining
import Torch

extension Classifier {
  /// Loads a file of published weights, whose architecture is recognised by its tensors.
  ///
  /// Images are prepared as for ImageNet: the shorter edge to 256 (for 224), the middle, and the statistics that the
  /// architecture was published with; those of a network with a stem for small images as a whole. With 1,000 classes their names are ImageNet's, else they are numbers.
  ///
  /// - Throws: `StateDictError` for a file that cannot be read, ``RecipeError`` for weights of no known architecture.
  public convenience init(weights file: URL, device: Device = .cpu, dtype: DType = .float32) throws {
    let published = try StateDict(contentsOf: file)
    guard let found = ClassifierArchitecture.identify(published) else {
      throw RecipeError(
        file.path, "holds \(published.count) tensors, which are those of no known model; `fovea models list` names all")
    }
    let architecture = found.architecture
    let classNames = found.classes == 1000 ? ImageNetClasses.names : (0..<found.classes).map(String.init)
    let size = found.imageSize
    guard (1...4096).contains(size) else {
      throw RecipeError(file.path, "has positions for images of \(size) pixels; at most 4,096 are possible")
    }
    let configuration = ClassifierConfiguration(
      architecture: architecture.name, stem: found.stem, classNames: classNames,
      input: ClassifierInput(
        size: ImageSize(size), resize: found.stem == .cifar ? size : size * 8 / 7, channels: 3,
        statistics: architecture.pixels.statistics))
    let model = try withoutInitialization { try configuration.makeModel() }
    _ = try LoadError.naming(file.path) { try model.loadPretrained(found.weights) }
    self.init(model, configuration: configuration, device: device, dtype: dtype)
  }
}

extension ClassifierArchitecture.PixelNormalization {
  /// The numbers.
  public var statistics: ChannelStatistics {
    switch self {
    case .imageNet: .imageNet
    case .half: .half
    }
  }
}
