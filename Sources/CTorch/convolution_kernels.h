// The convolutions written here, for float32, channels last, on the processors that `has_avx2_at_most` names.
#pragma once

#include <ATen/core/Tensor.h>

namespace ctorch {

/// How a kernel moves in one direction.
struct Window {
  int64_t kernel, stride, padding, dilation;
};

/// So many threads at most sum up a weight's gradient, each its share of the pixels in memory of its own; where there are
/// more, they divide its channels.
constexpr int64_t kMostSums = 8;

/// The weight's gradient `[O, C, KH, KW]` of a convolution of `x` `[N, C, H, W]` whose output has the gradient `y`. `C` is
/// a multiple of 16.
at::Tensor weight_gradient(const at::Tensor &x, const at::Tensor &y, Window vertical, Window horizontal);

/// A weight `[O, C, 3, 3]` as the products of `winograd_convolution` from C to O channels take it; or, if it `is_turned`,
/// from O to C channels by the kernels turned by 180 degrees, as the input's gradient is computed. `C` and `O` are
/// multiples of 16.
at::Tensor winograd_kernels(const at::Tensor &weight, bool is_turned);

/// The convolution of `x`, channels last, by such kernels, stride 1. To its numbers are added those of `bias`, one a
/// channel, and of `other`, of the result's shape and channels last, where these are defined; `rectifies` sets negative
/// ones to zero.
at::Tensor winograd_convolution(const at::Tensor &x, const at::Tensor &kernels, const at::Tensor &bias,
                                const at::Tensor &other, int64_t padding, bool rectifies);

/// The weight's gradient `[O, C, 3, 3]` of such a convolution whose output has the gradient `y`.
at::Tensor winograd_weight_gradient(const at::Tensor &x, const at::Tensor &y, int64_t padding);

}  // namespace ctorch
