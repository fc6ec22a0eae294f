import Torch

extension Module {
  /// Sets this module, and all below it, to behave as in training, but for batch normalisations of which nothing is learned:
  /// they stay as in use, or the data would move their statistics under weights that are to stay as they are.
  func trainWhatLearns() {
    train()
    for case let norm as BatchNorm2d in namedModules().map(\.module)
    where norm.parameters().allSatisfy({ !$0.isTrainable }) { norm.eval() }
  }
}
