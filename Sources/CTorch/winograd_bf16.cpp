// Winograd's minimal filtering (see winograd.cpp) of bfloat16 images on processors that multiply bfloat16 in hardware. What
// is multiplied is bfloat16, two numbers of a word at once; transforms, sums and the weight's gradient are float32.
#include "guard.h"

#include <ATen/Functions.h>

#include <limits>

#include "winograd_bf16.h"
#include "winograd_tiles.h"

namespace ctorch {

#if defined(__x86_64__)

using namespace winograd;

namespace {

/// The rows of a matrix that a product takes at once with 32 columns: 12 x 32 sums fill 24 of the 32 registers.
constexpr int64_t kTileRows = 12;

/// A matrix of pairs by its element (0, 0) and the distances between its rows and its pairs.
struct PairMatrix {
  const Pair *data;
  int64_t row, column;
};

/// `sums[r][0..<32] (+)= Σ a[r][k] · b[k][0..<32]` over both numbers of the pairs `k` in `0..<depth`.
template <int rows, bool adds>
CT_BF16 void multiply_pairs(PairMatrix a, const Pair *b, int64_t depth, float *sums, int64_t stride) {
  __m512 left[rows], right[rows];
#pragma unroll
  for (int r = 0; r < rows; r++) left[r] = right[r] = _mm512_setzero_ps();
  for (int64_t k = 0; k < depth; k++, a.data += a.column, b += kColumns) {
    const __m512bh b0 = (__m512bh)_mm512_loadu_si512(b), b1 = (__m512bh)_mm512_loadu_si512(b + 16);
#pragma unroll
    for (int r = 0; r < rows; r++) {
      const __m512bh factor = (__m512bh)_mm512_set1_epi32(a.data[r * a.row]);
      left[r] = _mm512_dpbf16_ps(left[r], factor, b0);
      right[r] = _mm512_dpbf16_ps(right[r], factor, b1);
    }
  }
#pragma unroll
  for (int r = 0; r < rows; r++, sums += stride) {
    _mm512_storeu_ps(sums, adds ? left[r] + _mm512_loadu_ps(sums) : left[r]);
    _mm512_storeu_ps(sums + 16, adds ? right[r] + _mm512_loadu_ps(sums + 16) : right[r]);
  }
}

/// The same for any number of rows.
template <bool adds>
void multiply_all(int64_t rows, PairMatrix a, const Pair *b, int64_t depth, float *sums, int64_t stride) {
  for (; rows >= kTileRows; rows -= kTileRows, a.data += kTileRows * a.row, sums += kTileRows * stride)
    multiply_pairs<kTileRows, adds>(a, b, depth, sums, stride);
  for (; rows >= 4; rows -= 4, a.data += 4 * a.row, sums += 4 * stride)
    multiply_pairs<4, adds>(a, b, depth, sums, stride);
  for (; rows > 0; rows--, a.data += a.row, sums += stride) multiply_pairs<1, adds>(a, b, depth, sums, stride);
}

/// Takes sixteen channels of a tile, of which these are the pixels, into the domain.
template <typename Transform>
CT_BF16 inline void read_tile(const Half *const *pixels, int64_t channel, __m512 *values) {
#pragma unroll
  for (int i = 0; i < Transform::from; i++)
#pragma unroll
    for (int j = 0; j < Transform::from; j++) values[i * kSide + j] = load(pixels[i * kSide + j] + channel);
  transform<Transform>(values);
}

/// Takes `count` tiles into the domain: `target[place][tile][channel]`, the places so far apart.
CT_BF16 void take_in(const Tiling &tiling, const Half *images, int64_t first, int64_t count, const Half *zeros,
                     int64_t distance, Half *target) {
  const Half *pixels[kPlaces];
  for (int64_t t = 0; t < count; t++) {
    tiling.pixels<const Half>(images, first + t, Input::from, zeros, pixels);
    for (int64_t c = 0; c < tiling.channels; c += 16) {
      __m512 values[kPlaces];
      read_tile<Input>(pixels, c, values);
#pragma unroll
      for (int p = 0; p < kPlaces; p++) store(target + p * distance + t * tiling.channels + c, values[p]);
    }
  }
}

/// Takes some channels of `count` tiles into the domain, two tiles a word: `target[place][tile / 2][channel]`, or with
/// strips of 32 channels, `target[place][strip][tile / 2][32]`.
template <typename Transform, bool has_strips>
CT_BF16 void take_in_pairs(const Tiling &tiling, const Half *images, int64_t first, int64_t count,
                           int64_t first_channel, int64_t last_channel, const Half *zeros, int64_t distance,
                           Pair *target) {
  const Half *low[kPlaces], *high[kPlaces];
  const int64_t pairs = (count + 1) / 2;
  for (int64_t t = 0; t < pairs; t++) {
    tiling.pixels<const Half>(images, first + 2 * t, Transform::from, zeros, low);
    if (2 * t + 1 < count)
      tiling.pixels<const Half>(images, first + 2 * t + 1, Transform::from, zeros, high);
    else
      std::fill_n(high, kPlaces, zeros);
    for (int64_t c = first_channel; c < last_channel; c += 16) {
      __m512 even[kPlaces], odd[kPlaces];
      read_tile<Transform>(low, c, even);
      read_tile<Transform>(high, c, odd);
      Pair *place = target + (has_strips ? (c / kColumns * pairs + t) * kColumns + c % kColumns
                                         : t * tiling.channels + c);
#pragma unroll
      for (int p = 0; p < kPlaces; p++) store_pairs(place + p * distance, even[p], odd[p]);
    }
  }
}

/// Takes 32 channels of `count` tiles out of the domain, `source[place][tile][32]`, to the output's pixels; what lies
/// outside goes to `ignored`, and what is added there comes from it.
CT_BF16 void take_out(const Tiling &tiling, const float *source, int64_t distance, int64_t first, int64_t count,
                      int64_t channel, const Finish<Half> &finish, Half *ignored, Half *images) {
  Half *pixels[kPlaces];
  const Half *others[kPlaces];
  const __m512 least = _mm512_set1_ps(finish.rectifies ? 0 : -std::numeric_limits<float>::infinity());
  for (int64_t t = 0; t < count; t++) {
    tiling.pixels<Half>(images, first + t, kOut, ignored, pixels);
    if (finish.other) tiling.pixels<const Half>(finish.other, first + t, kOut, ignored, others);
    for (int64_t c = 0; c < kColumns; c += 16) {
      __m512 values[kPlaces];
#pragma unroll
      for (int p = 0; p < kPlaces; p++) values[p] = _mm512_loadu_ps(source + p * distance + t * kColumns + c);
      transform<Output>(values);
      const __m512 shift = finish.bias ? _mm512_loadu_ps(finish.bias + channel + c) : _mm512_setzero_ps();
#pragma unroll
      for (int i = 0; i < kOut; i++)
#pragma unroll
        for (int j = 0; j < kOut; j++) {
          const int place = i * kSide + j;
          __m512 value = values[place] + shift;
          if (finish.other) value += load(others[place] + channel + c);
          // The second operand is the result where one is not a number.
          store(pixels[place] + channel + c, _mm512_max_ps(least, value));
        }
    }
  }
}

/// `sums[slice][place][o][c]` out of the domain: `gradient[o][3][3][c]`.
CT_BF16 void take_out_weight(const float *sums, int64_t slices, int64_t o, int64_t channels, int64_t outputs,
                             float *gradient) {
  const int64_t size = kPlaces * outputs * channels;
  for (int64_t c = 0; c < channels; c += 16) {
    __m512 values[kPlaces];
    for (int p = 0; p < kPlaces; p++) {
      const float *place = sums + (p * outputs + o) * channels + c;
      values[p] = _mm512_loadu_ps(place);
      for (int64_t s = 1; s < slices; s++) values[p] += _mm512_loadu_ps(place + s * size);
    }
    transform<KernelGradient>(values);
    for (int tap = 0; tap < 9; tap++)
      _mm512_storeu_ps(gradient + (o * 9 + tap) * channels + c, values[tap / 3 * kSide + tap % 3]);
  }
}

const Half *halves(const at::Tensor &tensor) {
  return tensor.defined() ? static_cast<const Half *>(tensor.const_data_ptr()) : nullptr;
}

/// Not a power of two, lest all places fall to the same part of a cache.
int64_t gap(int64_t size) { return size + 32; }

}  // namespace

at::Tensor winograd_kernels_bf16(const at::Tensor &weight, bool is_turned) {
  const auto ordered = weight.contiguous(at::MemoryFormat::ChannelsLast);
  const PairWeight taps{ordered.const_data_ptr<float>(), weight.size(0), weight.size(1), is_turned};
  auto kernels = at::empty({kPlaces, taps.width() / kColumns, taps.depth() / 2, kColumns}, at::kInt);
  auto *target = reinterpret_cast<Pair *>(kernels.mutable_data_ptr<int32_t>());
  parallel_for(taps.width() / kColumns, [&](int64_t strip) { taps.take_in(strip, target); });
  return kernels;
}

at::Tensor winograd_convolution_bf16(const at::Tensor &x, const at::Tensor &kernels, const at::Tensor &bias,
                                     const at::Tensor &other, int64_t padding, bool rectifies) {
  const int64_t depth = kernels.size(2) * 2, width = kernels.size(1) * kColumns;
  const int64_t height = x.size(2) + 2 * padding - 2, columns = x.size(3) + 2 * padding - 2;
  const int64_t down = (height + 1) / kOut, across = (columns + 1) / kOut;
  const Tiling from{x.size(2), x.size(3), depth, down, across, padding};
  const Tiling to{height, columns, width, down, across, 0};
  const Blocks blocks(from, x.size(0), 4 * kTileRows, at::get_num_threads(), kTileRows);
  const int64_t in = gap(blocks.block * depth), out = gap(blocks.block * kColumns);

  auto y = at::empty({x.size(0), width, height, columns}, x.options(), at::MemoryFormat::ChannelsLast);
  auto edge = at::zeros({depth + blocks.shares * width}, x.options());
  auto domain = at::empty({blocks.shares, kPlaces * in}, x.options());
  auto sums = at::empty({blocks.shares, kPlaces * out}, at::kFloat);
  const Finish<Half> finish{bias.defined() ? bias.const_data_ptr<float>() : nullptr, halves(other), rectifies};
  const Half *images = halves(x);
  const auto *u = reinterpret_cast<const Pair *>(kernels.const_data_ptr<int32_t>());
  auto *zeros = static_cast<Half *>(edge.mutable_data_ptr()), *target = static_cast<Half *>(y.mutable_data_ptr());
  auto *v_memory = static_cast<Half *>(domain.mutable_data_ptr());
  float *m_memory = sums.mutable_data_ptr<float>();

  blocks.for_each(1, [&](int64_t share, int64_t, int64_t first, int64_t count) {
    Half *v = v_memory + share * kPlaces * in;
    float *m = m_memory + share * kPlaces * out;
    take_in(from, images, first, count, zeros, in, v);
    for (int64_t n = 0; n < width; n += kColumns) {
      for (int64_t p = 0; p < kPlaces; p++)
        multiply_all<false>(count, {reinterpret_cast<const Pair *>(v + p * in), depth / 2, 1},
                            u + (p * width + n) * (depth / 2), depth / 2, m + p * out, kColumns);
      take_out(to, m, out, first, count, n, finish, zeros + depth + share * width, target);
    }
  });
  return y;
}

at::Tensor winograd_weight_gradient_bf16(const at::Tensor &x, const at::Tensor &y, int64_t padding) {
  const int64_t channels = x.size(1), outputs = y.size(1);
  const int64_t down = (y.size(2) + 1) / kOut, across = (y.size(3) + 1) / kOut;
  const Tiling from{x.size(2), x.size(3), channels, down, across, padding};
  const Tiling to{y.size(2), y.size(3), outputs, down, across, 0};
  // The more sums there are, the less often they should be fetched.
  const Blocks blocks(from, x.size(0), std::clamp<int64_t>(std::min(channels, outputs), 48, 256), kMostSums, 2);
  const int64_t all_strips = channels / kColumns;
  const int64_t groups = std::clamp<int64_t>(at::get_num_threads() / blocks.shares, 1, all_strips);
  const int64_t in = gap(blocks.block / 2 * channels), out = gap(blocks.block / 2 * outputs);

  const auto options = x.options().dtype(at::kFloat);
  auto gradient = at::empty({outputs, channels, 3, 3}, options, at::MemoryFormat::ChannelsLast);
  auto sums = at::empty({blocks.shares, kPlaces, outputs, channels}, options);
  auto edge = at::zeros({std::max(channels, outputs)}, x.options());
  auto scratch = at::empty({blocks.shares * groups, kPlaces * (in + out)}, options.dtype(at::kInt));
  const Half *images = halves(x), *gradients = halves(y), *zeros = halves(edge);
  auto *memory = reinterpret_cast<Pair *>(scratch.mutable_data_ptr<int32_t>());
  float *total = sums.mutable_data_ptr<float>(), *target = gradient.mutable_data_ptr<float>();

  blocks.for_each(groups, [&](int64_t share, int64_t group, int64_t first, int64_t count) {
    Pair *v = memory + (share * groups + group) * scratch.size(1), *m = v + kPlaces * in;
    const int64_t start = all_strips * group / groups * kColumns, end = all_strips * (group + 1) / groups * kColumns;
    const int64_t pairs = (count + 1) / 2;
    take_in_pairs<Input, true>(from, images, first, count, start, end, zeros, in, v);
    take_in_pairs<OutputGradient, false>(to, gradients, first, count, 0, outputs, zeros, out, m);
    const auto multiply_block = first == share * blocks.share ? multiply_all<false> : multiply_all<true>;
    for (int64_t p = 0; p < kPlaces; p++)
      for (int64_t c = start; c < end; c += kColumns)
        multiply_block(outputs, {m + p * out, 1, outputs}, v + p * in + c * pairs, pairs,
                       total + ((share * kPlaces + p) * outputs) * channels + c, channels);
  });
  parallel_for(outputs, [&](int64_t o) { take_out_weight(total, blocks.shares, o, channels, outputs, target); });
  return gradient;
}

#else
at::Tensor winograd_kernels_bf16(const at::Tensor &, bool) { return {}; }
at::Tensor winograd_convolution_bf16(const at::Tensor &, const at::Tensor &, const at::Tensor &, const at::Tensor &,
                                     int64_t, bool) {
  return {};
}
at::Tensor winograd_weight_gradient_bf16(const at::Tensor &, const at::Tensor &, int64_t) { return {}; }
#endif

}  // namespace ctorch
