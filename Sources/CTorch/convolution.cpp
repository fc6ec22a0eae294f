// Convolutions: which of them the kernels here compute, and their gradients. libtorch gives the others to oneDNN.
#include "guard.h"

#include <ATen/Functions.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "avx2.h"
#include "convolution_kernels.h"

using namespace ctorch;

namespace {

/// FOVEA_CONVOLUTION=libtorch leaves all convolutions to it, for comparison.
bool is_wanted() {
  static const bool value = [] {
    const char *setting = std::getenv("FOVEA_CONVOLUTION");
    return !setting || std::string(setting) != "libtorch";
  }();
  return value;
}

/// Whether this processor is one for the kernels here. In float32 that is one with AVX2 whose AVX-512, if it has that,
/// multiplies no more numbers a cycle (Zen 4), in bfloat16 one that multiplies these in its vector units and not, many
/// times as fast, in matrix units (AMX). Elsewhere oneDNN's are better.
bool has_kernels(at::ScalarType type) {
#if defined(__x86_64__)
  static const bool for_float = [] {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           (!__builtin_cpu_supports("avx512f") || __builtin_cpu_is("znver4"));
  }();
  static const bool for_bfloat16 = [] {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && !__builtin_cpu_supports("amx-bf16");
  }();
  return is_wanted() && (type == at::kFloat ? for_float : type == at::kBFloat16 && for_bfloat16);
#else
  return false;
#endif
}

using MaybeTensor = std::optional<at::Tensor>;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

/// With fewer tiles Winograd's way loses what it saves to the transforms of the kernels, with fewer channels to those of
/// the images.
constexpr int64_t kLeastTiles = 32, kLeastChannels = 32;

/// Whether it is a 3x3 convolution that Winograd's way computes faster.
bool prefers_winograd(at::ScalarType type, const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef stride,
                      at::IntArrayRef padding, at::IntArrayRef dilation) {
  const int64_t inputs = weight.size(1), outputs = weight.size(0);
  const int64_t height = x.size(2) + 2 * padding[0] - 2, width = x.size(3) + 2 * padding[1] - 2;
  const int64_t strip = type == at::kFloat ? kStrip : kColumns;
  const auto both = [](at::IntArrayRef pair, int64_t value) { return pair[0] == value && pair[1] == value; };
  return both(weight.sizes().slice(2), 3) && both(stride, 1) && both(dilation, 1) && both(padding, padding[0]) &&
         padding[0] >= 0 && padding[0] <= 2 && height > 0 && width > 0 && inputs >= kLeastChannels &&
         outputs >= kLeastChannels && inputs % strip == 0 && outputs % strip == 0 &&
         x.size(0) * ((height + 1) / 2) * ((width + 1) / 2) >= kLeastTiles;
}

// Winograd's way, in the images' type.

at::Tensor kernels(at::ScalarType type, const at::Tensor &weight, bool is_turned) {
  return (type == at::kFloat ? winograd_kernels : winograd_kernels_bf16)(weight.to(at::kFloat), is_turned);
}

at::Tensor convolve(const at::Tensor &x, const at::Tensor &kernels, const MaybeTensor &bias, const MaybeTensor &other,
                    int64_t padding, bool rectifies) {
  const auto convolution = x.scalar_type() == at::kFloat ? winograd_convolution : winograd_convolution_bf16;
  return convolution(x.contiguous(kChannelsLast), kernels, bias ? bias->to(at::kFloat).contiguous() : at::Tensor(),
                     other ? other->contiguous(kChannelsLast) : at::Tensor(), padding, rectifies);
}

at::Tensor by_winograd(const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias, int64_t padding) {
  return convolve(x, kernels(x.scalar_type(), weight, false), bias, std::nullopt, padding, false);
}

at::Tensor winograd_gradient(const at::Tensor &x, const at::Tensor &y, int64_t padding) {
  return (x.scalar_type() == at::kFloat ? winograd_weight_gradient : winograd_weight_gradient_bf16)(x, y, padding);
}

/// Images in float32 or bfloat16; the weight and the bias may be float32 all the same.
struct Convolution : torch::autograd::Function<Convolution> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
                            const MaybeTensor &bias, at::IntArrayRef stride, at::IntArrayRef padding,
                            at::IntArrayRef dilation) {
    context->save_for_backward({x, weight});
    context->saved_data["has bias"] = bias.has_value();
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["dilation"] = dilation;
    at::AutoDispatchBelowADInplaceOrView below;
    return prefers_winograd(x.scalar_type(), x, weight, stride, padding, dilation)
               ? by_winograd(x, weight, bias, padding[0])
               : at::conv2d(x, weight, bias, stride, padding, dilation);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &y = gradients[0];
    const auto stride = context->saved_data["stride"].toIntVector();
    const auto padding = context->saved_data["padding"].toIntVector();
    const auto dilation = context->saved_data["dilation"].toIntVector();
    const bool has_bias = context->saved_data["has bias"].toBool();
    const bool for_x = context->needs_input_grad(0), for_weight = context->needs_input_grad(1);
    const bool for_bias = has_bias && context->needs_input_grad(2);
    // A backward pass that is itself recorded needs operators that have a gradient.
    const bool is_recorded = c10::GradMode::is_enabled();
    const auto type = x.scalar_type();
    const bool is_fast = !is_recorded && prefers_winograd(type, x, weight, stride, padding, dilation);
    at::Tensor x_gradient, w_gradient, bias_gradient;
    if (is_fast && for_x)
      x_gradient = convolve(y, kernels(type, weight, true), std::nullopt, std::nullopt, 2 - padding[0], false);
    else if (for_x || is_recorded)
      std::tie(x_gradient, w_gradient, std::ignore) =
          at::convolution_backward(y, x, weight.to(type), at::OptionalIntArrayRef(), stride, padding, dilation, false,
                                   {0, 0}, 1, {for_x, for_weight && is_recorded, false});
    if (for_weight && !is_recorded) {
      const auto image = x.contiguous(kChannelsLast), output = y.contiguous(kChannelsLast);
      w_gradient = is_fast ? winograd_gradient(image, output, padding[0])
                           : weight_gradient(image, output, {weight.size(2), stride[0], padding[0], dilation[0]},
                                             {weight.size(3), stride[1], padding[1], dilation[1]});
    }
    if (w_gradient.defined()) w_gradient = w_gradient.to(weight.scalar_type());
    if (for_bias) bias_gradient = y.sum({0, 2, 3}, false, at::kFloat);
    return {x_gradient, w_gradient, bias_gradient, {}, {}, {}};
  }
};

bool is_dense(const at::Tensor &tensor) {
  return tensor.device().is_cpu() && tensor.layout() == at::kStrided &&
         (tensor.scalar_type() == at::kFloat || tensor.scalar_type() == at::kBFloat16);
}

bool is_fit(const at::Tensor &tensor) { return is_dense(tensor) && tensor.dim() == 4 && tensor.numel() > 0; }

/// The type in which a convolution of these is computed: the images' own, or autocast's, which casts them all.
at::ScalarType computed_type(const at::Tensor &x) {
  return at::autocast::is_autocast_enabled(at::kCPU) ? at::autocast::get_autocast_dtype(at::kCPU) : x.scalar_type();
}

/// Whether these are what the kernels here take in a type. What they do not, libtorch computes, or says what is wrong.
bool fits(at::ScalarType type, const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias,
          at::IntArrayRef stride, at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
  const auto is_typed = [&](const at::Tensor &tensor) {
    return tensor.scalar_type() == x.scalar_type() || at::autocast::is_autocast_enabled(at::kCPU);
  };
  return has_kernels(type) && groups == 1 && is_fit(x) && is_fit(weight) && is_typed(weight) &&
         x.size(1) == weight.size(1) && x.size(1) % kStrip == 0 && x.suggest_memory_format() == kChannelsLast &&
         (!bias || (is_dense(*bias) && is_typed(*bias) && bias->dim() == 1 && bias->size(0) == weight.size(0))) &&
         stride.size() == 2 && padding.size() == 2 && dilation.size() == 2;
}

at::Tensor conv2d(const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias, at::IntArrayRef stride,
                  at::IntArrayRef padding, at::IntArrayRef dilation, int64_t groups) {
  const auto type = computed_type(x);
  if (fits(type, x, weight, bias, stride, padding, dilation, groups)) {
    const bool is_fast = prefers_winograd(type, x, weight, stride, padding, dilation);
    const bool is_recorded = c10::GradMode::is_enabled() &&
                             (x.requires_grad() || weight.requires_grad() || (bias && bias->requires_grad()));
    if (is_recorded && (is_fast || (type == at::kFloat && weight.requires_grad())))
      return Convolution::apply(x.to(type), weight, bias, stride, padding, dilation);
    if (is_fast && !is_recorded) return by_winograd(x.to(type), weight, bias, padding[0]);
  }
  return at::conv2d(x, weight, bias, stride, padding, dilation, groups);
}

/// Whether the convolution of such images is the faster by `convolution_with_kernels`.
bool prefers_kernels(const at::Tensor &x, const at::Tensor &weight, at::IntArrayRef stride, at::IntArrayRef padding,
                     at::IntArrayRef dilation, int64_t groups) {
  const auto type = computed_type(x);
  return fits(type, x, weight, std::nullopt, stride, padding, dilation, groups) &&
         prefers_winograd(type, x, weight, stride, padding, dilation);
}

at::Tensor convolution_kernels(const at::Tensor &weight, at::ScalarType type) {
  const int64_t strip = type == at::kFloat ? kStrip : kColumns;
  TORCH_CHECK(has_kernels(type) && is_fit(weight) && weight.size(0) % strip == 0 && weight.size(1) % strip == 0 &&
                  weight.size(2) == 3 && weight.size(3) == 3,
              "there are no kernels for a weight of ", weight.sizes(), " in ", type);
  return kernels(type, weight, false);
}

at::Tensor convolution_with_kernels(const at::Tensor &x, const at::Tensor &kernels, const at::Tensor &bias,
                                    const MaybeTensor &other, int64_t padding, bool rectifies) {
  const int64_t height = x.size(2) + 2 * padding - 2, width = x.size(3) + 2 * padding - 2;
  const auto type = x.scalar_type();
  const bool is_float = type == at::kFloat;
  TORCH_CHECK(has_kernels(type) && is_fit(x) && kernels.dim() == 4 &&
                  kernels.scalar_type() == (is_float ? at::kFloat : at::kInt) && kernels.is_contiguous() &&
                  x.size(1) == kernels.size(2) * (is_float ? 1 : 2) && padding >= 0 && height > 0 && width > 0 &&
                  bias.sizes() == at::IntArrayRef(kernels.size(1) * kernels.size(3)) && is_dense(bias),
              "these kernels are for images of another shape or type than ", x.sizes());
  const std::array<int64_t, 4> shape{x.size(0), bias.size(0), height, width};
  TORCH_CHECK(!other || (is_fit(*other) && other->scalar_type() == type && other->sizes() == at::IntArrayRef(shape)),
              "cannot add ", other->sizes(), " to a convolution's result of ", at::IntArrayRef(shape));
  return convolve(x, kernels, bias, other, padding, rectifies);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fovea, library) {
  library.def("conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, "
              "int[2] dilation=1, int groups=1) -> Tensor",
              conv2d);
  library.def("prefers_kernels(Tensor input, Tensor weight, int[2] stride, int[2] padding, int[2] dilation, "
              "int groups) -> bool",
              prefers_kernels);
  library.def("convolution_kernels(Tensor weight, ScalarType dtype) -> Tensor", convolution_kernels);
  library.def("convolution_with_kernels(Tensor input, Tensor kernels, Tensor bias, Tensor? other, int padding, "
              "bool rectifies) -> Tensor",
              convolution_with_kernels);
}

int32_t ct_convolution_uses_own(int32_t dtype) { return has_kernels(static_cast<at::ScalarType>(dtype)) ? 1 : 0; }
