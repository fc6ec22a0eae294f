import FoveaData

/// What is done to images before the network sees them: to each sample as it is loaded, then to each batch.
///
/// Small steps on small images are done to whole batches, where they cost one operator in place of a hundred.
public struct Preprocessing: Sendable {
  /// Nil where samples are taken as they are, so that a set in memory gives whole batches at once.
  public var sample: Transforms?
  public var batch: BatchTransforms

  /// For training, by a recipe. A published model's processor shapes and normalises the images as in its evaluation.
  ///
  /// - Parameters:
  ///   - isFixedSize: whether the data's images are all of the input's size already.
  public static func training(
    _ recipe: AugmentationRecipe, input: ClassifierInput, classes: Int, isFixedSize: Bool
  ) -> Preprocessing {
    var samples: [any Transform] = []
    if recipe.resizedCrop > 0 {
      samples.append(RandomResizedCrop(input.size, scale: recipe.resizedCrop...1))
    } else if let processor = input.processor {
      samples.append(ImageProcessor.Shaping(processor))
    } else if !isFixedSize {
      samples += [Resize(.shortestEdge(input.resize)), CenterCrop(input.size)]
    }
    if recipe.rotation > 0 { samples.append(RandomRotation(degrees: recipe.rotation)) }
    if recipe.colorJitter > 0 {
      let share = recipe.colorJitter
      samples.append(ColorJitter(brightness: share, contrast: share, saturation: share))
    }
    if recipe.randAugment > 0 {
      samples.append(RandAugment(operations: recipe.randAugment, magnitude: recipe.randAugmentMagnitude))
    }
    if recipe.trivialAugment { samples.append(TrivialAugmentWide()) }

    var batches: [any BatchTransform] = []
    if recipe.cropPadding > 0 {
      batches.append(RandomCrop(input.size, padding: recipe.cropPadding, reflects: recipe.cropReflects))
    }
    if recipe.alternatingFlip {
      batches.append(AlternatingFlip())
    } else if recipe.flip {
      batches.append(RandomHorizontalFlip())
    }
    if let processor = input.processor {
      batches.append(ImageProcessor.Values(processor))
    } else {
      batches.append(Normalize(input.statistics))
    }
    if recipe.erasing > 0 { batches.append(RandomErasing(probability: recipe.erasing)) }
    if recipe.cutout > 0 { batches.append(Cutout(length: recipe.cutout)) }
    var mixing: [any BatchTransform] = []
    if recipe.mixup > 0 { mixing.append(MixUp(alpha: recipe.mixup, classes: classes)) }
    if recipe.cutmix > 0 { mixing.append(CutMix(alpha: recipe.cutmix, classes: classes)) }
    if !mixing.isEmpty { batches.append(mixing.count == 1 ? mixing[0] : RandomChoice(mixing)) }
    return Preprocessing(sample: samples.isEmpty ? nil : Transforms(samples), batch: BatchTransforms(batches))
  }

  /// For validation and the test: nothing random.
  public static func evaluation(input: ClassifierInput, isFixedSize: Bool) -> Preprocessing {
    if let processor = input.processor { return Preprocessing(sample: [processor], batch: []) }
    return Preprocessing(
      sample: isFixedSize ? nil : [Resize(.shortestEdge(input.resize)), CenterCrop(input.size)],
      batch: [Normalize(input.statistics)])
  }
}
