// Loops over several cores, on the threads that libtorch's own operators run on, and over a vector's numbers.
#pragma once

#include <ATen/Functions.h>
#include <ATen/TensorIterator.h>

/// For functions whose inner loops are over contiguous floats: on x86 they are compiled twice, and the machine picks.
#if defined(__x86_64__) && defined(__ELF__)
#define FOR_EACH_CPU __attribute__((target_clones("avx2", "default")))
#else
#define FOR_EACH_CPU
#endif

namespace ctorch {

/// Runs `body(i)` for every `i` in `0..<count`, in equal shares on as many of libtorch's threads as this one may use.
/// `body` does not call libtorch. The first exception is thrown again here, after the others have stopped.
///
/// Through an iterator over the numbers, and not `at::parallel_for`: that runs serially in code that was compiled without
/// OpenMP, as this is, since clang's OpenMP and the GNU one that libtorch brings do not mix. Threads of our own would wait
/// for a core while OpenMP's spin on it.
template <typename Body>
void parallel_for(int64_t count, const Body &body) {
  auto numbers = at::arange(count, at::kLong);
  auto iterator =
      at::TensorIteratorConfig().add_output(numbers).resize_outputs(false).check_all_same_dtype(false).build();
  iterator.for_each(
      [&](char **data, const int64_t *strides, int64_t size) {
        for (int64_t k = 0; k < size; k++) body(*reinterpret_cast<int64_t *>(data[0] + k * strides[0]));
      },
      /*grain_size=*/1);
}

}  // namespace ctorch
