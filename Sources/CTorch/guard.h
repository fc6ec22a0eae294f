// What every file of the shim needs: handles to and from libtorch's types, and the catching of exceptions.
#pragma once

#if !__has_include(<torch/version.h>)
#error "libtorch is missing: run 'make setup', or set LIBTORCH to the 'torch' folder of an unpacked torch 2.13.0 wheel"
#endif
#include <torch/version.h>
#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR != 13
#error "this libtorch is not 2.13: run 'make setup', or set LIBTORCH to the 'torch' folder of a torch 2.13.0 wheel"
#endif

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <string>
#include <utility>

#include "include/CTorch.h"

namespace ctorch {

void set_error(const std::string &message);

/// Runs `body`; where it throws, keeps the message for `ct_error_message` and returns `failure`.
template <typename Body, typename Result>
Result guarded(Result failure, Body &&body) noexcept {
  try {
    return body();
  } catch (const c10::Error &error) {
    set_error(error.what_without_backtrace());
  } catch (const std::exception &error) {
    set_error(error.what());
  } catch (...) {
    set_error("an exception of an unknown type");
  }
  return failure;
}

inline c10::TensorImpl *impl(ct_tensor *handle) { return reinterpret_cast<c10::TensorImpl *>(handle); }

/// A tensor that shares the handle's reference (one count up while it lives); undefined for NULL.
inline at::Tensor tensor(ct_tensor *handle) {
  if (!handle) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(impl(handle)));
}

/// Gives a tensor's reference away, to Swift; NULL for an undefined one.
inline ct_tensor *handle(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  return reinterpret_cast<ct_tensor *>(tensor.unsafeReleaseTensorImpl());
}

inline at::Generator *generator(ct_generator *handle) { return reinterpret_cast<at::Generator *>(handle); }

}  // namespace ctorch
