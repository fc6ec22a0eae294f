// Random number generators, devices, threads, and what this libtorch is.
#include "guard.h"

#include <ATen/Context.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <c10/core/DefaultDtype.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <mutex>

using namespace ctorch;

namespace {

c10::Device device(int32_t type, int32_t index) {
  return {static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)};
}

/// The CUDA kernels are a library of their own that nothing links to, so that one build serves machines with and
/// without it: it registers itself when it is loaded.
void load_cuda() {
  static std::once_flag once;
  std::call_once(once, [] { dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL); });
}

}  // namespace

ct_generator *ct_generator_make(int32_t type, int32_t index, uint64_t seed) {
  return guarded(static_cast<ct_generator *>(nullptr), [&] {
    auto made = device(type, index).is_cpu()
                    ? at::detail::createCPUGenerator(seed)
                    : at::globalContext().defaultGenerator(device(type, index)).clone();
    made.set_current_seed(seed);
    return reinterpret_cast<ct_generator *>(new at::Generator(std::move(made)));
  });
}

ct_generator *ct_generator_default(int32_t type, int32_t index) {
  return guarded(static_cast<ct_generator *>(nullptr), [&] {
    return reinterpret_cast<ct_generator *>(
        new at::Generator(at::globalContext().defaultGenerator(device(type, index))));
  });
}

void ct_generator_release(ct_generator *handle) { delete generator(handle); }

int32_t ct_generator_set_seed(ct_generator *handle, uint64_t seed) {
  return guarded(1, [&] {
    std::lock_guard<std::mutex> lock(generator(handle)->mutex());
    generator(handle)->set_current_seed(seed);
    return 0;
  });
}

uint64_t ct_generator_seed(ct_generator *handle) { return generator(handle)->current_seed(); }

ct_tensor *ct_generator_state(ct_generator *self) {
  return guarded(static_cast<ct_tensor *>(nullptr), [&] {
    std::lock_guard<std::mutex> lock(generator(self)->mutex());
    return handle(generator(self)->get_state());
  });
}

int32_t ct_generator_set_state(ct_generator *self, ct_tensor *state) {
  return guarded(1, [&] {
    std::lock_guard<std::mutex> lock(generator(self)->mutex());
    generator(self)->set_state(tensor(state));
    return 0;
  });
}

const char *ct_version(void) { return TORCH_VERSION; }

const char *ct_build_configuration(void) {
  static const std::string text = at::show_config();
  return text.c_str();
}

const char *ct_cpu_capability(void) {
  static const std::string text = at::get_cpu_capability();
  return text.c_str();
}

int32_t ct_cpu_has_fast_bfloat16(void) {
  return guarded(0, [] {
    auto has = at::cpu::get_cpu_capabilities();
    for (const char *name : {"avx512_bf16", "amx_bf16", "bf16"})
      if (auto found = has.find(name); found != has.end() && found->second.isBool() && found->second.toBool()) return 1;
    return 0;
  });
}

int32_t ct_device_count(int32_t type) {
  return guarded(0, [&]() -> int32_t {
    switch (static_cast<c10::DeviceType>(type)) {
      case c10::DeviceType::CPU: return 1;
      case c10::DeviceType::CUDA: load_cuda(); return at::hasCUDA() ? static_cast<int32_t>(at::getNumGPUs()) : 0;
      case c10::DeviceType::MPS: return at::hasMPS() ? 1 : 0;
      default: return 0;
    }
  });
}

int32_t ct_device_synchronize(int32_t type) {
  return guarded(1, [&] {
    if (static_cast<c10::DeviceType>(type) != c10::DeviceType::CPU)
      c10::impl::VirtualGuardImpl(static_cast<c10::DeviceType>(type)).synchronizeDevice(-1);
    return 0;
  });
}

int32_t ct_default_scalar_type(void) { return static_cast<int32_t>(c10::get_default_dtype_as_scalartype()); }

int32_t ct_set_default_scalar_type(int32_t scalar_type) {
  return guarded(1, [&] {
    auto type = static_cast<c10::ScalarType>(scalar_type);
    TORCH_CHECK(c10::isFloatingType(type), "the default type must be a floating-point one, not ", type);
    c10::set_default_dtype(c10::scalarTypeToTypeMeta(type));
    return 0;
  });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

void ct_set_threads(int32_t count) { at::set_num_threads(count); }

int32_t ct_set_deterministic(int32_t enabled) {
  return guarded(1, [&] {
    at::globalContext().setDeterministicAlgorithms(enabled != 0, /*warn_only=*/false);
    at::globalContext().setDeterministicMkldnn(enabled != 0);
    return 0;
  });
}

int32_t ct_is_deterministic(void) { return at::globalContext().deterministicAlgorithms() ? 1 : 0; }
