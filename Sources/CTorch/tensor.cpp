// Tensor handles: counting, shape, memory.
#include "guard.h"

#include <ATen/Functions.h>
#include <c10/core/MemoryFormat.h>

#include <algorithm>

using namespace ctorch;

namespace {
thread_local std::string last_error;
}

void ctorch::set_error(const std::string &message) { last_error = message; }

const char *ct_error_message(void) { return last_error.c_str(); }

void ct_tensor_retain(ct_tensor *handle) { c10::raw::intrusive_ptr::incref(impl(handle)); }

void ct_tensor_release(ct_tensor *handle) { c10::raw::intrusive_ptr::decref(impl(handle)); }

int64_t ct_tensor_dim(ct_tensor *handle) { return impl(handle)->dim(); }

int64_t ct_tensor_count(ct_tensor *handle) { return impl(handle)->numel(); }

void ct_tensor_shape(ct_tensor *handle, int64_t *shape) {
  auto sizes = impl(handle)->sizes();
  std::copy(sizes.begin(), sizes.end(), shape);
}

int32_t ct_tensor_strides(ct_tensor *handle, int64_t *strides) {
  return guarded(1, [&] {
    auto values = impl(handle)->strides();
    std::copy(values.begin(), values.end(), strides);
    return 0;
  });
}

int32_t ct_tensor_scalar_type(ct_tensor *handle) {
  return static_cast<int32_t>(c10::typeMetaToScalarType(impl(handle)->dtype()));
}

int64_t ct_tensor_item_size(ct_tensor *handle) { return static_cast<int64_t>(impl(handle)->itemsize()); }

void ct_tensor_device(ct_tensor *handle, int32_t *type, int32_t *index) {
  auto device = impl(handle)->device();
  *type = static_cast<int32_t>(device.type());
  *index = device.index();
}

int32_t ct_tensor_is_contiguous(ct_tensor *handle, int32_t memory_format) {
  return guarded(0, [&] {
    return impl(handle)->is_contiguous(static_cast<c10::MemoryFormat>(memory_format)) ? 1 : 0;
  });
}

int64_t ct_tensor_version(ct_tensor *handle) {
  if (impl(handle)->is_inference()) return -1;
  return impl(handle)->version_counter().current_version();
}

void *ct_tensor_data(ct_tensor *handle) {
  return guarded(static_cast<void *>(nullptr), [&]() -> void * {
    auto self = tensor(handle);
    if (!self.device().is_cpu() || self.layout() != at::kStrided) return nullptr;
    return self.data_ptr();
  });
}

ct_tensor *ct_tensor_from_blob(void *data, const int64_t *shape, int64_t dim, int32_t scalar_type,
                               void (*release)(void *), void *context) {
  return guarded(static_cast<ct_tensor *>(nullptr), [&] {
    auto options = at::TensorOptions().dtype(static_cast<c10::ScalarType>(scalar_type));
    return handle(at::from_blob(
        data, at::IntArrayRef(shape, dim), [release, context](void *) { release(context); }, options));
  });
}
