/// A tensor of a module that training changes.
///
/// It is a box: whoever holds it (an optimizer, an average of weights) sees the tensor that a move to another device, or
/// loading, has put in it.
public final class Parameter {
  /// The tensor; gradients are kept for it unless the parameter is frozen.
  public var value: Tensor

  /// A parameter that starts with this tensor's elements.
  public init(_ value: Tensor) {
    self.value = value.detach()
    if value.dtype.isFloatingPoint { self.value.requiresGrad = true }
  }

  /// The gradient that backward passes have summed up.
  public var grad: Tensor? {
    get { value.grad }
    set { value.grad = newValue }
  }

  /// Whether training changes it. A frozen parameter costs no gradient.
  public var isTrainable: Bool {
    get { value.requiresGrad }
    set { value.requiresGrad = newValue }
  }

  /// Puts another tensor in the box, as trainable as the one before.
  func replace(_ tensor: Tensor) {
    let wasTrainable = isTrainable
    value = tensor.detach()
    value.requiresGrad = wasTrainable
  }
}

/// A tensor of a module that is not trained but moves, and is saved, with it: running means, fixed tables.
public final class Buffer {
  /// The tensor.
  public var value: Tensor
  /// Whether it is part of the state dict.
  public let isPersistent: Bool

  /// A buffer that starts with this tensor.
  public init(_ value: Tensor, isPersistent: Bool = true) {
    self.value = value
    self.isPersistent = isPersistent
  }
}
