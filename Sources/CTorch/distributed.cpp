// Several processes that compute together: c10d's process group over Gloo, and its reducer of gradients.
#include "guard.h"

// A libtorch that was built without c10d has the headers too; for one, define CTORCH_NO_DISTRIBUTED.
#if !defined(CTORCH_NO_DISTRIBUTED) && __has_include(<torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>)
#define CTORCH_DISTRIBUTED 1
#ifndef USE_DISTRIBUTED
#define USE_DISTRIBUTED
#endif
#ifndef USE_C10D_GLOO
#define USE_C10D_GLOO
#endif
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>
#endif

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

using namespace ctorch;

#if CTORCH_DISTRIBUTED

struct ct_process_group {
  c10::intrusive_ptr<c10d::ProcessGroup> group;
};

struct ct_reducer {
  std::unique_ptr<c10d::Reducer> reducer;
};

namespace {

/// Lets `body` change the elements of a tensor, behind autograd's back. Gloo works on one piece of memory.
template <typename Body>
void change(ct_tensor *handle, Body &&body) {
  at::Tensor target = tensor(handle).detach();
  std::vector<at::Tensor> tensors{target.is_non_overlapping_and_dense() ? target : target.contiguous()};
  body(tensors);
  if (!tensors[0].is_same(target)) target.copy_(tensors[0]);
  if (!target.is_inference()) target.unsafeGetTensorImpl()->bump_version();
}

}  // namespace

int32_t ct_distributed_is_available(void) { return 1; }

ct_process_group *ct_process_group_make(const char *address, int32_t port, int32_t rank, int32_t size,
                                        int32_t is_server, const char *prefix, int64_t timeout) {
  return guarded(static_cast<ct_process_group *>(nullptr), [&] {
    const std::chrono::milliseconds limit(timeout);
    c10d::TCPStoreOptions options;
    options.port = static_cast<uint16_t>(port);
    options.isServer = is_server != 0;
    options.numWorkers = static_cast<size_t>(size);
    options.timeout = limit;
    options.multiTenant = true;
    auto server = c10::make_intrusive<c10d::TCPStore>(std::string(address), options);
    auto store = c10::make_intrusive<c10d::PrefixStore>(std::string(prefix), server);
    auto gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        store, rank, size, c10d::ProcessGroupGloo::Options::create_default(limit));
    auto group = c10::make_intrusive<c10d::ProcessGroup>(store, rank, size);
    group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
    group->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO,
                      c10::intrusive_ptr<c10d::Backend>(gloo));
    return new ct_process_group{group};
  });
}

void ct_process_group_release(ct_process_group *group) {
  guarded(0, [&] {
    delete group;
    return 0;
  });
}

int32_t ct_process_group_all_reduce(ct_process_group *group, ct_tensor *handle, int32_t operation) {
  return guarded(1, [&] {
    change(handle, [&](std::vector<at::Tensor> &tensors) {
      c10d::AllreduceOptions options;
      options.reduceOp = operation == 2 ? c10d::ReduceOp::MAX : c10d::ReduceOp::SUM;
      group->group->allreduce(tensors, options)->wait();
      if (operation == 1) tensors[0].div_(group->group->getSize());  // Gloo has no means of its own
    });
    return 0;
  });
}

int32_t ct_process_group_broadcast(ct_process_group *group, ct_tensor *handle) {
  return guarded(1, [&] {
    change(handle, [&](std::vector<at::Tensor> &tensors) {
      group->group->broadcast(tensors, c10d::BroadcastOptions())->wait();
    });
    return 0;
  });
}

int32_t ct_process_group_barrier(ct_process_group *group) {
  return guarded(1, [&] {
    group->group->barrier(c10d::BarrierOptions())->wait();
    return 0;
  });
}

ct_reducer *ct_reducer_make(ct_process_group *group, ct_tensor *const *parameters, int64_t count) {
  return guarded(static_cast<ct_reducer *>(nullptr), [&] {
    // Gradients come about in the opposite order of the parameters.
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int64_t i = count; i > 0; i--) tensors.push_back(tensor(parameters[i - 1]));
    const std::vector<size_t> limits{c10d::kDefaultFirstBucketBytes, c10d::kDefaultBucketBytesCap};
    auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(tensors, limits));
    auto reducer = std::make_unique<c10d::Reducer>(
        std::move(tensors), std::move(buckets), group->group, std::vector<bool>(count, false),
        c10d::kDefaultBucketBytesCap, /*find_unused_parameters=*/false, /*gradient_as_bucket_view=*/false,
        std::unordered_map<size_t, std::string>(), c10d::kDefaultFirstBucketBytes,
        /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<int64_t>());
    // It would make new buckets after the first pass, in the order that it saw; the order of a sum, and so its last
    // bits, would then depend on when a run was resumed. So it makes them now, once and for all.
    reducer->push_rebuilt_params_for_all_indices();
    reducer->rebuild_buckets();
    return new ct_reducer{std::move(reducer)};
  });
}

int32_t ct_reducer_prepare(ct_reducer *reducer) {
  return guarded(1, [&] {
    reducer->reducer->prepare_for_backward({});
    return 0;
  });
}

int32_t ct_reducer_check(ct_reducer *reducer) {
  return guarded(1, [&] {
    reducer->reducer->check_finalized();
    return 0;
  });
}

void ct_reducer_release(ct_reducer *reducer) {
  guarded(0, [&] {
    delete reducer;
    return 0;
  });
}

#else

namespace {

template <typename Result>
Result unavailable(Result failure) {
  set_error("this libtorch was built without c10d: it trains in one process only");
  return failure;
}

}  // namespace

int32_t ct_distributed_is_available(void) { return 0; }

ct_process_group *ct_process_group_make(const char *, int32_t, int32_t, int32_t, int32_t, const char *, int64_t) {
  return unavailable(static_cast<ct_process_group *>(nullptr));
}

void ct_process_group_release(ct_process_group *) {}

int32_t ct_process_group_all_reduce(ct_process_group *, ct_tensor *, int32_t) { return unavailable(1); }

int32_t ct_process_group_broadcast(ct_process_group *, ct_tensor *) { return unavailable(1); }

int32_t ct_process_group_barrier(ct_process_group *) { return unavailable(1); }

ct_reducer *ct_reducer_make(ct_process_group *, ct_tensor *const *, int64_t) {
  return unavailable(static_cast<ct_reducer *>(nullptr));
}

int32_t ct_reducer_prepare(ct_reducer *) { return unavailable(1); }

int32_t ct_reducer_check(ct_reducer *) { return unavailable(1); }

void ct_reducer_release(ct_reducer *) {}

#endif
