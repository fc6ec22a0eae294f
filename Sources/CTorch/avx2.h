// What the kernels written here for float32, with AVX2, have in common.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ctorch {

/// The numbers of a column strip of a matrix, and the rows that are multiplied by it at once: 6 x 16 sums fill 12 of the
/// 16 registers.
constexpr int64_t kStrip = 16;
constexpr int64_t kRows = 6;

#if defined(__x86_64__)
#define CT_AVX2 __attribute__((target("avx2,fma")))

/// A matrix by its element (0, 0) and the distances between its rows and columns.
struct Matrix {
  const float *data;
  int64_t row, column;
};

/// `sums[r][0..<16] (+)= Σ a[r][k] · b[k][0..<16]` for `k` in `0..<depth`; `b` lies strip by strip, aligned to 32 bytes.
template <int rows, bool adds>
CT_AVX2 void multiply_rows(Matrix a, const float *b, int64_t depth, float *sums, int64_t stride) {
  __m256 left[rows], right[rows];
#pragma unroll
  for (int r = 0; r < rows; r++) {
    left[r] = right[r] = _mm256_setzero_ps();
    __builtin_prefetch(sums + r * stride, 1);
  }
  for (int64_t k = 0; k < depth; k++, a.data += a.column, b += kStrip) {
    const __m256 b0 = _mm256_load_ps(b), b1 = _mm256_load_ps(b + 8);
#pragma unroll
    for (int r = 0; r < rows; r++) {
      const __m256 factor = _mm256_broadcast_ss(a.data + r * a.row);
      left[r] = _mm256_fmadd_ps(factor, b0, left[r]);
      right[r] = _mm256_fmadd_ps(factor, b1, right[r]);
    }
  }
#pragma unroll
  for (int r = 0; r < rows; r++, sums += stride) {
    if constexpr (adds) {
      left[r] = _mm256_add_ps(_mm256_loadu_ps(sums), left[r]);
      right[r] = _mm256_add_ps(_mm256_loadu_ps(sums + 8), right[r]);
    }
    _mm256_storeu_ps(sums, left[r]);
    _mm256_storeu_ps(sums + 8, right[r]);
  }
}

/// The same for up to six rows.
template <bool adds>
inline void multiply(int64_t rows, Matrix a, const float *b, int64_t depth, float *sums, int64_t stride) {
  switch (rows) {
    case 6: return multiply_rows<6, adds>(a, b, depth, sums, stride);
    case 5: return multiply_rows<5, adds>(a, b, depth, sums, stride);
    case 4: return multiply_rows<4, adds>(a, b, depth, sums, stride);
    case 3: return multiply_rows<3, adds>(a, b, depth, sums, stride);
    case 2: return multiply_rows<2, adds>(a, b, depth, sums, stride);
    default: return multiply_rows<1, adds>(a, b, depth, sums, stride);
  }
}

#endif

}  // namespace ctorch
