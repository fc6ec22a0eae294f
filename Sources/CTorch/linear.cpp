// Linear layers through oneDNN: the forward product and both gradients. libtorch computes float32 ones with MKL, which
// is the slower of the two on AMD's processors with AVX-512 (about half as fast on Zen 5).
#include "guard.h"

#include <ATen/Functions.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <string>

namespace {

using MaybeTensor = std::optional<at::Tensor>;

/// `x Wᵀ + b` by oneDNN.
at::Tensor product(const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias = std::nullopt) {
  using Scalars = c10::List<std::optional<at::Scalar>>;
  static auto op = c10::Dispatcher::singleton()
                       .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                       .typed<at::Tensor(const at::Tensor &, const at::Tensor &, const MaybeTensor &, std::string_view,
                                         Scalars, std::optional<std::string_view>)>();
  at::AutoDispatchBelowADInplaceOrView below;
  return op.call(x, weight, bias, "none", Scalars(), "");
}

struct OneDNNLinear : torch::autograd::Function<OneDNNLinear> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
                            const MaybeTensor &bias) {
    context->save_for_backward({x, weight});
    context->saved_data["has bias"] = bias.has_value();
    return product(x, weight, bias);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &x = saved[0];
    const auto &weight = saved[1];
    auto gradient = gradients[0].reshape({-1, weight.size(0)});
    auto rows = x.reshape({-1, weight.size(1)});
    // A backward pass that is itself recorded needs operators that have a gradient.
    bool is_recorded = c10::GradMode::is_enabled();
    at::Tensor for_x, for_weight, for_bias;
    if (context->needs_input_grad(0)) {
      for_x = is_recorded ? gradient.matmul(weight) : product(gradient, weight.t());
      for_x = for_x.reshape(x.sizes());
    }
    if (context->needs_input_grad(1))
      for_weight = is_recorded ? gradient.t().matmul(rows) : product(gradient.t(), rows.t());
    // A bias that is not there is not counted among the inputs.
    if (context->saved_data["has bias"].toBool() && context->needs_input_grad(2)) for_bias = gradient.sum(0);
    return {for_x, for_weight, for_bias};
  }
};

bool is_fit(const at::Tensor &tensor, at::ScalarType type) {
  return tensor.device().is_cpu() && tensor.layout() == at::kStrided && tensor.scalar_type() == type &&
         tensor.numel() > 0;
}

/// Whether oneDNN has a kernel for these. What it has none for, libtorch computes, or says what is wrong with it.
bool fits(const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias) {
  auto type = at::kFloat;
  return x.dim() >= 2 && weight.dim() == 2 && x.size(-1) == weight.size(1) && is_fit(x, type) && is_fit(weight, type) &&
         (!bias || (bias->dim() == 1 && bias->size(0) == weight.size(0) && is_fit(*bias, type))) &&
         !at::autocast::is_autocast_enabled(at::kCPU);
}

at::Tensor onednn_linear(const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias) {
  if (!fits(x, weight, bias)) return at::linear(x, weight, bias);
  bool is_recorded = c10::GradMode::is_enabled() &&
                     (x.requires_grad() || weight.requires_grad() || (bias && bias->requires_grad()));
  return is_recorded ? OneDNNLinear::apply(x, weight, bias) : product(x, weight, bias);
}

/// MKL gives AMD's processors code for AVX2 at most; oneDNN uses what they have. By vendor and not by a stopwatch, so that
/// a run gives the same bits each time.
bool prefers_onednn() {
  if (const char *setting = std::getenv("FOVEA_LINEAR")) {
    if (std::string(setting) == "onednn") return true;
    if (std::string(setting) == "libtorch") return false;
  }
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_is("amd") && __builtin_cpu_supports("avx512f");
#else
  return false;
#endif
}

std::atomic<bool> &uses_onednn() {
  static std::atomic<bool> value = prefers_onednn();
  return value;
}

/// Below this many multiplications the products cost less than oneDNN's preparations.
constexpr int64_t kSmallestProduct = 1 << 22;

at::Tensor linear(const at::Tensor &x, const at::Tensor &weight, const MaybeTensor &bias) {
  bool is_large = weight.dim() == 2 && x.numel() >= kSmallestProduct / std::max<int64_t>(weight.size(0), 1);
  return is_large && uses_onednn() ? onednn_linear(x, weight, bias) : at::linear(x, weight, bias);
}

}  // namespace

TORCH_LIBRARY(fovea, library) {
  library.def("linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", linear);
  library.def("onednn_linear(Tensor input, Tensor weight, Tensor? bias=None) -> Tensor", onednn_linear);
}

int32_t ct_linear_uses_onednn(void) { return uses_onednn() ? 1 : 0; }

void ct_linear_set_uses_onednn(int32_t value) { uses_onednn() = value != 0; }
