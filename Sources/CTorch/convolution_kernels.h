// The convolutions written here, channels last: for float32 with AVX2, for bfloat16 with AVX-512 BF16.
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

/// The two numbers of channels of a convolution in bfloat16 are multiples of this.
constexpr int64_t kColumns = 32;

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

/// The same three for images and other tensors in bfloat16. Weight, bias and the weight's gradient stay float32; kernels
/// are of int32, each two numbers. `C` and `O` are multiples of `kColumns`.
at::Tensor winograd_kernels_bf16(const at::Tensor &weight, bool is_turned);
at::Tensor winograd_convolution_bf16(const at::Tensor &x, const at::Tensor &kernels, const at::Tensor &bias,
                                     const at::Tensor &other, int64_t padding, bool rectifies);
at::Tensor winograd_weight_gradient_bf16(const at::Tensor &x, const at::Tensor &y, int64_t padding);

}  // namespace ctorch
