import FoveaData
import FoveaModels
import Torch

extension FaceRun {
  /// Batches in the form that the loss asks for, and the unseen people's photographs.
  func loaders() -> DataLoaders {
    let form = recipe.faces.batchForm
    let labels = trainingSet.labels ?? []
    let sampler: any Sampler =
      switch form {
      case .people(let photographs):
        IdentityBalancedSampler(
          labels, people: recipe.training.batchSize / photographs, photographs: photographs, seed: recipe.seed)
      case .triplets: TripletSampler(labels, seed: recipe.seed)
      case .sets(let negatives):
        QuerySetSampler(
          labels, negatives: negatives, everyPhotograph: recipe.faces.everyPhotograph, seed: recipe.seed)
      }
    let whole =
      switch form {
      case .people(let photographs): recipe.training.batchSize / photographs * photographs
      case .triplets, .sets: recipe.training.batchSize * form.imagesEach
      }
    let prepare = preprocessing()
    let threads = recipe.training.loaderThreads
    return DataLoaders(
      train: DataLoader(
        trainingSet, batchSize: whole, sampler: sampler, transform: prepare.sample,
        batchTransform: prepare.batch, seed: recipe.seed, threads: threads),
      validation: unseenSet.map {
        DataLoader($0, batchSize: 64, transform: configuration.input.transform, threads: threads)
      })
  }

  /// The augmentation of the recipe, after photographs were made the input's size.
  private func preprocessing() -> Preprocessing {
    let size = configuration.input.size
    var result = Preprocessing.training(
      recipe.augmentation,
      input: ClassifierInput(
        size: size, resize: min(size.height, size.width), channels: 3, statistics: configuration.input.statistics),
      classes: 1, isFixedSize: true)
    if !(trainingSet is any BatchedDataset), recipe.augmentation.resizedCrop == 0 {
      result.sample = Transforms([Resize(.fixed(size))] + (result.sample?.steps ?? []))
    }
    return result
  }

  /// Refuses data that the loss cannot learn from, before anything is trained.
  func checkPeople() throws {
    let form = recipe.faces.batchForm
    let counts = splits.train.photographCounts.values
    let pairable = counts.count { $0 > 1 }
    guard pairable > 0, counts.count > 1 else {
      throw TrainingError.data(
        "\(splits.name) has \(counts.count) people to learn from, \(pairable) of them with two photographs; it takes two "
          + "people, one of them with two photographs")
    }
    switch form {
    case .people(let photographs):
      let people = recipe.training.batchSize / photographs
      guard people > 1, people <= pairable else {
        throw RecipeError(
          "training.batch_size",
          "\(recipe.training.batchSize) photographs, \(photographs) of each person, are \(people) people a batch; there "
            + "are \(pairable) with two photographs, and it takes at least 2")
      }
    case .triplets: break
    case .sets(let negatives):
      guard negatives < counts.count else {
        throw RecipeError("faces.negatives", "\(negatives) others for each query, but there are \(counts.count) people")
      }
    }
  }

  static func inputSize(of dataset: any Dataset, _ recipe: ImageRecipe) throws -> ImageSize {
    if let side = recipe.size { return ImageSize(side) }
    guard dataset.count > 0 else { throw TrainingError.data("there are no photographs to learn from") }
    return ImageSize(of: try dataset[0].image)
  }

  /// Photographs that are all of one size are decoded once, in the input's size, if they fit into a gigabyte.
  static func loaded(_ photographs: ImageFolder, _ size: ImageSize) throws -> any Dataset {
    guard let decoded = photographs.decodedIfSmall() as? TensorDataset else { return photographs }
    guard ImageSize(of: decoded.images) != size else { return decoded }
    return TensorDataset(
      images: decoded.images.interpolate(height: size.height, width: size.width, antialias: true),
      labels: decoded.labels, classNames: decoded.classNames, split: decoded.split, name: decoded.name)
  }

  static func statistics(of dataset: any Dataset, _ recipe: ImageRecipe) throws -> ChannelStatistics {
    if let mean = recipe.mean, let std = recipe.std {
      guard mean.count == 3, std.count == 3, std.allSatisfy({ $0 > 0 }) else {
        throw RecipeError("images.mean", "three means, and three positive deviations in images.std, are needed")
      }
      return ChannelStatistics(mean: mean, standardDeviation: std)
    }
    return try ChannelStatistics(of: dataset, limit: 10_000)
  }
}
