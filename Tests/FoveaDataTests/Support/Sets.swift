import Foundation
import Torch

@testable import FoveaData

/// A set made of numbers: image `i` is `[1, 2, 2]` full of `i`, its class is `i % classes`.
struct NumberSet: Dataset {
  let count: Int
  var classNames = ["even", "odd"]
  var split = Split.train
  /// Called for every sample that is read.
  var onRead: @Sendable (Int) throws -> Void = { _ in }

  func label(at index: Int) -> Int? { index % classNames.count }

  subscript(index: Int) -> Sample {
    get throws {
      try onRead(index)
      return Sample(
        image: Tensor.full([1, 2, 2], .double(Double(index)), dtype: .float32), label: label(at: index), index: index,
        name: "number \(index)")
    }
  }
}

/// Adds a random number to each sample.
struct Noise: Transform {
  var description: String { "Noise" }

  func callAsFunction(_ sample: Sample, using random: inout RandomSource) throws -> Sample {
    var sample = sample
    sample.image = sample.image + Float(random.uniform())
    return sample
  }
}

/// Multiplies a batch by a random number.
struct Gain: BatchTransform {
  var description: String { "Gain" }

  func callAsFunction(_ batch: Batch, using random: inout RandomSource) throws -> Batch {
    var batch = batch
    batch.images = batch.images * Float(random.uniform())
    return batch
  }
}

/// Why a sample of a test cannot be read.
struct Unreadable: Error, Equatable, CustomStringConvertible {
  let index: Int
  var description: String { "pictures/\(index).jpg is broken" }
}

extension Batch {
  /// The first pixel of each image.
  var values: [Float] { images.reshape([images.shape[0], -1])[0..., 0].array() }
}
