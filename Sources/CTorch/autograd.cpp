// Autograd: backward passes, gradients, and the modes that belong to a thread.
#include "guard.h"

#include <ATen/autocast_mode.h>
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>

#include <vector>

using namespace ctorch;

namespace {

std::vector<at::Tensor> tensors(ct_tensor *const *handles, int64_t count) {
  std::vector<at::Tensor> list;
  if (!handles) return list;
  list.reserve(count);
  for (int64_t i = 0; i < count; i++) list.push_back(tensor(handles[i]));
  return list;
}

c10::DeviceType device_type(int32_t code) { return static_cast<c10::DeviceType>(code); }

/// A step of the graph, from one tensor to one tensor, whose backward pass is the caller's.
struct CallerNode : public torch::autograd::Node {
  ct_backward_function function;
  ct_release_function release;
  void *context;

  CallerNode(ct_backward_function function, ct_release_function release, void *context)
      : function(function), release(release), context(context) {}

  ~CallerNode() override { release(context); }

  torch::autograd::variable_list apply(torch::autograd::variable_list &&gradients) override {
    if (gradients.empty() || !gradients[0].defined()) return {at::Tensor()};
    ct_tensor *result = nullptr;
    // The reference to the gradient is the callee's.
    TORCH_CHECK(function(context, handle(gradients[0]), &result) == 0, "a backward pass of the caller's failed");
    at::Tensor gradient = tensor(result);
    if (result) c10::raw::intrusive_ptr::decref(impl(result));
    return {gradient};
  }
};

}  // namespace

int32_t ct_backward(ct_tensor *const *roots, ct_tensor *const *gradients, int64_t count, int32_t retain_graph,
                    int32_t create_graph) {
  return guarded(1, [&] {
    torch::autograd::backward(tensors(roots, count), tensors(gradients, count), retain_graph != 0, create_graph != 0);
    return 0;
  });
}

int32_t ct_gradients(ct_tensor *const *outputs, ct_tensor *const *gradients, int64_t output_count,
                     ct_tensor *const *inputs, int64_t input_count, int32_t retain_graph, int32_t create_graph,
                     int32_t allow_unused, ct_tensor **results) {
  return guarded(1, [&] {
    auto list = torch::autograd::grad(tensors(outputs, output_count), tensors(inputs, input_count),
                                      tensors(gradients, output_count), retain_graph != 0, create_graph != 0,
                                      allow_unused != 0);
    for (int64_t i = 0; i < input_count; i++) results[i] = handle(std::move(list[i]));
    return 0;
  });
}

ct_tensor *ct_tensor_attach(ct_tensor *output, ct_tensor *input, ct_backward_function function,
                            ct_release_function release, void *context) {
  return guarded(static_cast<ct_tensor *>(nullptr), [&] {
    auto node = c10::make_intrusive<CallerNode>(function, release, context);
    node->set_next_edges(torch::autograd::collect_next_edges(tensor(input)));
    at::Tensor result = tensor(output).detach();
    torch::autograd::set_history(result, node);
    return handle(std::move(result));
  });
}

int32_t ct_tensor_requires_grad(ct_tensor *handle) { return tensor(handle).requires_grad() ? 1 : 0; }

int32_t ct_tensor_set_requires_grad(ct_tensor *handle, int32_t value) {
  return guarded(1, [&] {
    tensor(handle).requires_grad_(value != 0);
    return 0;
  });
}

int32_t ct_tensor_is_leaf(ct_tensor *handle) { return tensor(handle).is_leaf() ? 1 : 0; }

ct_tensor *ct_tensor_grad(ct_tensor *self) {
  return guarded(static_cast<ct_tensor *>(nullptr), [&] { return handle(tensor(self).mutable_grad()); });
}

int32_t ct_tensor_set_grad(ct_tensor *self, ct_tensor *gradient) {
  return guarded(1, [&] {
    tensor(self).mutable_grad() = tensor(gradient);
    return 0;
  });
}

int32_t ct_grad_mode(void) { return c10::GradMode::is_enabled() ? 1 : 0; }

void ct_set_grad_mode(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

void *ct_inference_mode_begin(void) { return new c10::InferenceMode(true); }

void ct_inference_mode_end(void *guard) { delete static_cast<c10::InferenceMode *>(guard); }

int32_t ct_autocast_enabled(int32_t device) { return at::autocast::is_autocast_enabled(device_type(device)) ? 1 : 0; }

int32_t ct_autocast_scalar_type(int32_t device) {
  return guarded(-1, [&] { return static_cast<int32_t>(at::autocast::get_autocast_dtype(device_type(device))); });
}

int32_t ct_autocast_begin(int32_t device, int32_t enabled, int32_t scalar_type) {
  return guarded(1, [&] {
    at::autocast::set_autocast_dtype(device_type(device), static_cast<c10::ScalarType>(scalar_type));
    at::autocast::set_autocast_enabled(device_type(device), enabled != 0);
    at::autocast::increment_nesting();
    return 0;
  });
}

void ct_autocast_end(int32_t device, int32_t was_enabled, int32_t scalar_type) {
  guarded(1, [&] {
    // The cache holds cast copies of the weights; they are stale as soon as an optimizer has stepped.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_type(device), was_enabled != 0);
    at::autocast::set_autocast_dtype(device_type(device), static_cast<c10::ScalarType>(scalar_type));
    return 0;
  });
}
