// Winograd's minimal filtering of 3x3 kernels by tiles of 4x4 places that give 2x2 outputs: its matrices, which go along
// the channels, a vector `V` at a time, and the weights in float32.
#pragma once

#include "avx2.h"

#if defined(__x86_64__)

namespace ctorch::winograd {

/// A tile has 4x4 places and gives 2x2 outputs.
constexpr int kSide = 4, kPlaces = 16, kOut = 2;

// The five matrices, each applied to `from` numbers `step` apart, in place of a product with it. They take on the
// instructions of what they are used in.
#define CT_INLINE __attribute__((always_inline)) inline

/// Bᵀ: of a tile of the input.
struct Input {
  static constexpr int from = 4, to = 4;
  template <typename V>
  CT_INLINE static void apply(const V *d, int step, V *v) {
    const V d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
    v[0] = d0 - d2, v[step] = d1 + d2, v[2 * step] = d2 - d1, v[3 * step] = d1 - d3;
  }
};

/// G: of a kernel.
struct Kernel {
  static constexpr int from = 3, to = 4;
  template <typename V>
  CT_INLINE static void apply(const V *g, int step, V *u) {
    const V g0 = g[0], g1 = g[step], g2 = g[2 * step];
    const V sum = 0.5f * (g0 + g2), middle = 0.5f * g1;
    u[0] = g0, u[step] = sum + middle, u[2 * step] = sum - middle, u[3 * step] = g2;
  }
};

/// Aᵀ: to a tile of the output.
struct Output {
  static constexpr int from = 4, to = 2;
  template <typename V>
  CT_INLINE static void apply(const V *m, int step, V *y) {
    const V m0 = m[0], m1 = m[step], m2 = m[2 * step], m3 = m[3 * step];
    y[0] = m0 + m1 + m2, y[step] = m1 - m2 - m3;
  }
};

/// A: of a tile of the output's gradient.
struct OutputGradient {
  static constexpr int from = 2, to = 4;
  template <typename V>
  CT_INLINE static void apply(const V *y, int step, V *m) {
    const V y0 = y[0], y1 = y[step];
    m[0] = y0, m[step] = y0 + y1, m[2 * step] = y0 - y1, m[3 * step] = -y1;
  }
};

/// Gᵀ: to the gradient of a kernel.
struct KernelGradient {
  static constexpr int from = 4, to = 3;
  template <typename V>
  CT_INLINE static void apply(const V *u, int step, V *g) {
    const V u0 = u[0], u1 = u[step], u2 = u[2 * step], u3 = u[3 * step];
    const V sum = 0.5f * (u1 + u2);
    g[0] = u0 + sum, g[step] = 0.5f * (u1 - u2), g[2 * step] = sum + u3;
  }
};

/// Both directions: `values` has places of `kSide` x `kSide`, of which the first `from` x `from` are given.
template <typename Transform, typename V>
CT_INLINE void transform(V *values) {
#pragma unroll
  for (int column = 0; column < Transform::from; column++) Transform::apply(values + column, kSide, values + column);
#pragma unroll
  for (int row = 0; row < Transform::to; row++) Transform::apply(values + row * kSide, 1, values + row * kSide);
}

/// A convolution's weight, channels last, `[O, 3, 3, C]`, as one of the two products has it: the output's from C to O
/// channels, and the input gradient's from O to C, its kernels turned by 180 degrees.
struct Weight {
  const float *data;
  int64_t outputs, channels;
  bool is_turned;

  int64_t depth() const { return is_turned ? outputs : channels; }
  int64_t width() const { return is_turned ? channels : outputs; }

  /// Tap `tap` from the channels `k..<k + 8` to the channels `n..<n + 8`, a vector for each `k`.
  CT_AVX2 void load(int tap, int64_t k, int64_t n, __m256 *values) const {
    const int64_t row = 9 * channels;
    if (is_turned) {
      const float *first = data + k * row + (8 - tap) * channels + n;
      for (int i = 0; i < 8; i++) values[i] = _mm256_loadu_ps(first + i * row);
    } else {
      const float *first = data + n * row + tap * channels + k;
      for (int i = 0; i < 8; i++) values[i] = _mm256_loadu_ps(first + i * row);
      transpose(values);
    }
  }

  /// 8x8 numbers.
  CT_AVX2 static void transpose(__m256 *v) {
    __m256 a[8], b[8];
    for (int i = 0; i < 8; i += 2) {
      a[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
      a[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
    }
    for (int i = 0; i < 8; i += 4)
      for (int j = 0; j < 2; j++) {
        b[i + 2 * j] = _mm256_shuffle_ps(a[i + j], a[i + j + 2], 0x44);
        b[i + 2 * j + 1] = _mm256_shuffle_ps(a[i + j], a[i + j + 2], 0xee);
      }
    for (int i = 0; i < 4; i++) {
      v[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
      v[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
    }
  }

  /// Sixteen columns in the domain: `target[place][strip][k][16]`.
  CT_AVX2 void take_in(int64_t strip, float *target) const {
    const int64_t place = depth() * width();
    for (int64_t k = 0; k < depth(); k += 8)
      for (int64_t half = 0; half < kStrip; half += 8) {
        __m256 taps[9][8];
        for (int tap = 0; tap < 9; tap++) load(tap, k, strip * kStrip + half, taps[tap]);
        for (int i = 0; i < 8; i++) {
          __m256 values[kPlaces];
          for (int tap = 0; tap < 9; tap++) values[tap / 3 * kSide + tap % 3] = taps[tap][i];
          transform<Kernel>(values);
          float *column = target + (strip * depth() + k + i) * kStrip + half;
          for (int p = 0; p < kPlaces; p++) _mm256_store_ps(column + p * place, values[p]);
        }
      }
  }
};

}  // namespace ctorch::winograd
#endif
