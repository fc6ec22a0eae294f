// A loop over several cores. at::parallel_for runs serially in code that was compiled without OpenMP, as this is, since
// clang's OpenMP and the GNU one that libtorch brings do not mix.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>

namespace ctorch {

/// Runs `body(i)` for every `i` in `0..<count`, on as many of libtorch's threads as this one may use; the caller works too.
/// `body` does not call libtorch. The first exception is thrown again here, after the others have stopped.
template <typename Body>
void parallel_for(int64_t count, const Body &body) {
  const int64_t workers = std::min<int64_t>(count, at::get_num_threads());
  if (workers <= 1 || at::in_parallel_region()) {
    for (int64_t i = 0; i < count; i++) body(i);
    return;
  }
  struct State {
    std::atomic<int64_t> next{0};
    std::mutex mutex;
    std::condition_variable idle;
    int64_t busy = 0;
    std::exception_ptr error;
  };
  // A helper may wake up after the loop is over: it then finds nothing to do, and must not find the state gone.
  auto state = std::make_shared<State>();
  const Body *work = &body;
  auto run = [state, work, count] {
    {
      std::lock_guard<std::mutex> lock(state->mutex);
      if (state->next.load() >= count) return;
      state->busy++;
    }
    std::exception_ptr error;
    try {
      for (int64_t i; (i = state->next.fetch_add(1)) < count;) (*work)(i);
    } catch (...) {
      error = std::current_exception();
      state->next.store(count);
    }
    std::lock_guard<std::mutex> lock(state->mutex);
    if (error && !state->error) state->error = error;
    if (--state->busy == 0) state->idle.notify_all();
  };
  for (int64_t i = 1; i < workers; i++) at::launch(run);
  run();
  std::unique_lock<std::mutex> lock(state->mutex);
  state->idle.wait(lock, [&] { return state->busy == 0; });
  if (state->error) std::rethrow_exception(state->error);
}

}  // namespace ctorch
