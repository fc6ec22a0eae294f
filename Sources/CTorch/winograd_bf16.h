// Numbers in bfloat16 for Winograd's minimal filtering, on processors that multiply them two by two (AVX-512 BF16), and the
// weights in pairs of them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "convolution_kernels.h"
#include "winograd_transforms.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace ctorch::winograd {

#define CT_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

/// A number of bfloat16, and two of them: what the product takes at once.
using Half = uint16_t;
using Pair = uint32_t;

CT_BF16 inline __m512 load(const Half *data) {
  const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(data));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(halves), 16));
}

CT_BF16 inline __m256i rounded(__m512 values) { return (__m256i)_mm512_cvtneps_pbh(values); }

CT_BF16 inline void store(Half *data, __m512 values) {
  _mm256_storeu_si256(reinterpret_cast<__m256i *>(data), rounded(values));
}

/// Sixteen words, each of one number of `low` and one of `high`.
CT_BF16 inline void store_pairs(Pair *data, __m512 low, __m512 high) {
  const __m512i second = _mm512_slli_epi32(_mm512_cvtepu16_epi32(rounded(high)), 16);
  _mm512_storeu_si512(data, _mm512_or_si512(second, _mm512_cvtepu16_epi32(rounded(low))));
}

/// A weight `[O, 3, 3, C]` in float32, as `Weight` of winograd_transforms.h, but in pairs along the depth:
/// `target[place][strip][depth / 2][32]`, strips of 32 columns.
struct PairWeight {
  const float *data;
  int64_t outputs, channels;
  bool is_turned;

  int64_t depth() const { return is_turned ? outputs : channels; }
  int64_t width() const { return is_turned ? channels : outputs; }

  /// The places of one output's kernels for sixteen channels.
  CT_BF16 void read(int64_t o, int64_t c, __m512 *values) const {
#pragma unroll
    for (int tap = 0; tap < 9; tap++)
      values[tap / 3 * kSide + tap % 3] =
          _mm512_loadu_ps(data + (o * 9 + (is_turned ? 8 - tap : tap)) * channels + c);
    transform<Kernel>(values);
  }

  CT_BF16 void take_in(int64_t strip, Pair *target) const {
    const int64_t place = depth() / 2 * width();
    target += strip * depth() / 2 * kColumns;
    if (is_turned) {
      // The channels are the columns: words of two outputs.
      for (int64_t o = 0; o < outputs; o += 2)
        for (int64_t c = 0; c < kColumns; c += 16) {
          __m512 even[kPlaces], odd[kPlaces];
          read(o, strip * kColumns + c, even);
          read(o + 1, strip * kColumns + c, odd);
          for (int p = 0; p < kPlaces; p++)
            store_pairs(target + p * place + o / 2 * kColumns + c, even[p], odd[p]);
        }
      return;
    }
    // The outputs are the columns: eight words of two channels, which go to eight rows.
    Pair rows[kPlaces][8][kColumns];
    for (int64_t c = 0; c < channels; c += 16) {
      for (int64_t o = 0; o < kColumns; o++) {
        __m512 values[kPlaces];
        read(strip * kColumns + o, c, values);
        for (int p = 0; p < kPlaces; p++) {
          alignas(32) Pair words[8];
          store(reinterpret_cast<Half *>(words), values[p]);
          for (int k = 0; k < 8; k++) rows[p][k][o] = words[k];
        }
      }
      for (int p = 0; p < kPlaces; p++)
        std::copy_n(&rows[p][0][0], 8 * kColumns, target + p * place + c / 2 * kColumns);
    }
  }
};

}  // namespace ctorch::winograd
#endif
