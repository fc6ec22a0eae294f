/// A normalisation that in use is a scale and a shift for each channel of `[N, C, H, W]`, which a convolution before it
/// can take into its own weights.
public protocol ChannelNorm: Layer {
  /// `x * scale + shift` is what it computes outside of training; both `[C]`.
  var scaleAndShift: (scale: Tensor, shift: Tensor) { get }
}
