// Convolutions of 3x3 with fewer multiplications (Winograd's minimal filtering; Lavin and Gray, "Fast Algorithms for
// Convolutional Neural Networks", 2015): 16 for each 2x2 outputs instead of 36. An image is cut into overlapping tiles of
// 4x4; tiles, kernels and outputs are taken into a domain in which a convolution is a product, one matrix product for each
// of a tile's 16 places. Everything is channels last: transforms go along the channels, eight at a time.
#include "guard.h"

#include <ATen/Functions.h>

#include <limits>

#include "avx2.h"
#include "convolution_kernels.h"
#include "winograd_tiles.h"

namespace ctorch {

#if defined(__x86_64__)

using namespace winograd;

namespace {

/// Where the number of a place, a tile and a channel lies: strips of 16 channels, tiles and places, so far apart.
struct Layout {
  int64_t strip, tile, place;

  /// Tile by tile, all channels of each in a row.
  static Layout rows(int64_t tiles, int64_t channels) { return {kStrip, channels, gap(tiles * channels)}; }
  /// Strip by strip, all tiles of each.
  static Layout strips(int64_t tiles, int64_t channels) { return {tiles * kStrip, kStrip, gap(tiles * channels)}; }
  int64_t size() const { return kPlaces * place; }

 private:
  /// Not a power of two, lest all places fall to the same part of a cache.
  static int64_t gap(int64_t size) { return size + kStrip; }
};

/// Takes some channels of `count` tiles into the domain.
template <typename Transform>
CT_AVX2 void take_in(const Tiling &tiling, const float *images, int64_t first, int64_t count, int64_t first_channel,
                     int64_t last_channel, const float *zeros, Layout layout, float *target) {
  const float *pixels[kPlaces];
  for (int64_t t = 0; t < count; t++) {
    tiling.pixels<const float>(images, first + t, Transform::from, zeros, pixels);
    for (int64_t c = first_channel; c < last_channel; c += 8) {
      __m256 values[kPlaces];
#pragma unroll
      for (int i = 0; i < Transform::from; i++)
#pragma unroll
        for (int j = 0; j < Transform::from; j++)
          values[i * kSide + j] = _mm256_loadu_ps(pixels[i * kSide + j] + c);
      transform<Transform>(values);
      float *place = target + c / kStrip * layout.strip + t * layout.tile + c % kStrip;
#pragma unroll
      for (int p = 0; p < kPlaces; p++) _mm256_storeu_ps(place + p * layout.place, values[p]);
    }
  }
}

/// Takes `count` tiles out of the domain, to the output's pixels, and does to each of these what is to be done; what lies
/// outside goes to `ignored`, and what is added there comes from it.
CT_AVX2 void take_out(const Tiling &tiling, const float *source, int64_t first, int64_t count, const Finish<float> &finish,
                      Layout layout, float *ignored, float *images) {
  float *pixels[kPlaces];
  const float *others[kPlaces];
  const __m256 least = _mm256_set1_ps(finish.rectifies ? 0 : -std::numeric_limits<float>::infinity());
  for (int64_t t = 0; t < count; t++) {
    tiling.pixels<float>(images, first + t, kOut, ignored, pixels);
    if (finish.other) tiling.pixels<const float>(finish.other, first + t, kOut, ignored, others);
    for (int64_t c = 0; c < tiling.channels; c += 8) {
      __m256 values[kPlaces];
#pragma unroll
      for (int p = 0; p < kPlaces; p++)
        values[p] = _mm256_loadu_ps(source + p * layout.place + t * layout.tile + c);
      transform<Output>(values);
      const __m256 shift = finish.bias ? _mm256_loadu_ps(finish.bias + c) : _mm256_setzero_ps();
#pragma unroll
      for (int i = 0; i < kOut; i++)
#pragma unroll
        for (int j = 0; j < kOut; j++) {
          const int place = i * kSide + j;
          __m256 value = values[place] + shift;
          if (finish.other) value += _mm256_loadu_ps(others[place] + c);
          // The second operand is the result where one is not a number.
          _mm256_storeu_ps(pixels[place] + c, _mm256_max_ps(least, value));
        }
    }
  }
}

/// `sums[place][o][c]` out of the domain: `gradient[o][3][3][c]`.
CT_AVX2 void take_out_weight(const float *sums, int64_t slices, int64_t o, int64_t channels, int64_t outputs,
                             float *gradient) {
  const int64_t size = kPlaces * outputs * channels;
  for (int64_t c = 0; c < channels; c += 8) {
    __m256 values[kPlaces];
    for (int p = 0; p < kPlaces; p++) {
      const float *place = sums + (p * outputs + o) * channels + c;
      values[p] = _mm256_loadu_ps(place);
      for (int64_t s = 1; s < slices; s++) values[p] += _mm256_loadu_ps(place + s * size);
    }
    transform<KernelGradient>(values);
    for (int i = 0; i < 3; i++)
      for (int j = 0; j < 3; j++)
        _mm256_storeu_ps(gradient + ((o * 3 + i) * 3 + j) * channels + c, values[i * kSide + j]);
  }
}

}  // namespace


at::Tensor winograd_kernels(const at::Tensor &weight, bool is_turned) {
  const auto ordered = weight.contiguous(at::MemoryFormat::ChannelsLast);
  const Weight taps{ordered.const_data_ptr<float>(), weight.size(0), weight.size(1), is_turned};
  auto kernels = at::empty({kPlaces, taps.width() / kStrip, taps.depth(), kStrip}, weight.options());
  float *target = kernels.mutable_data_ptr<float>();
  parallel_for(taps.width() / kStrip, [&](int64_t strip) { taps.take_in(strip, target); });
  return kernels;
}

at::Tensor winograd_convolution(const at::Tensor &x, const at::Tensor &kernels, const at::Tensor &bias,
                                const at::Tensor &other, int64_t padding, bool rectifies) {
  const int64_t depth = kernels.size(2), width = kernels.size(1) * kStrip;
  const int64_t height = x.size(2) + 2 * padding - 2, columns = x.size(3) + 2 * padding - 2;
  const int64_t down = (height + 1) / kOut, across = (columns + 1) / kOut;
  const Tiling from{x.size(2), x.size(3), depth, down, across, padding};
  const Tiling to{height, columns, width, down, across, 0};
  const Blocks blocks(from, x.size(0), 48, at::get_num_threads(), kRows);
  const auto rows = Layout::rows(blocks.block, depth), out_rows = Layout::rows(blocks.block, width);

  auto y = at::empty({x.size(0), width, height, columns}, x.options(), at::MemoryFormat::ChannelsLast);
  auto edge = at::zeros({depth + blocks.shares * width}, x.options());
  auto scratch = at::empty({blocks.shares, rows.size() + out_rows.size()}, x.options());
  const Finish<float> finish{bias.defined() ? bias.const_data_ptr<float>() : nullptr,
                      other.defined() ? other.const_data_ptr<float>() : nullptr, rectifies};
  const float *images = x.const_data_ptr<float>(), *u = kernels.const_data_ptr<float>();
  float *zeros = edge.mutable_data_ptr<float>(), *target = y.mutable_data_ptr<float>();
  float *memory = scratch.mutable_data_ptr<float>();

  blocks.for_each(1, [&](int64_t share, int64_t, int64_t first, int64_t count) {
    float *v = memory + share * scratch.size(1), *m = v + rows.size();
    take_in<Input>(from, images, first, count, 0, depth, zeros, rows, v);
    for (int64_t p = 0; p < kPlaces; p++)
      for (int64_t n = 0; n < width; n += kStrip)
        for (int64_t t = 0; t < count; t += kRows)
          multiply<false>(std::min(kRows, count - t), {v + p * rows.place + t * depth, depth, 1},
                          u + (p * width + n) * depth, depth, m + p * out_rows.place + t * width + n, width);
    take_out(to, m, first, count, finish, out_rows, zeros + depth + share * width, target);
  });
  return y;
}

at::Tensor winograd_weight_gradient(const at::Tensor &x, const at::Tensor &y, int64_t padding) {
  const int64_t channels = x.size(1), outputs = y.size(1);
  const int64_t down = (y.size(2) + 1) / kOut, across = (y.size(3) + 1) / kOut;
  const Tiling from{x.size(2), x.size(3), channels, down, across, padding};
  const Tiling to{y.size(2), y.size(3), outputs, down, across, 0};
  // The more sums there are, the less often they should be fetched.
  const Blocks blocks(from, x.size(0), std::clamp<int64_t>(std::min(channels, outputs), 48, 256), kMostSums, kRows);
  const int64_t all_strips = channels / kStrip;
  const int64_t groups = std::clamp<int64_t>(at::get_num_threads() / blocks.shares, 1, all_strips);
  const auto strips = Layout::strips(blocks.block, channels), rows = Layout::rows(blocks.block, outputs);

  auto gradient = at::empty({outputs, channels, 3, 3}, x.options(), at::MemoryFormat::ChannelsLast);
  auto sums = at::empty({blocks.shares, kPlaces, outputs, channels}, x.options());
  auto edge = at::zeros({std::max(channels, outputs)}, x.options());
  auto scratch = at::empty({blocks.shares * groups, strips.size() + rows.size()}, x.options());
  const float *images = x.const_data_ptr<float>(), *gradients = y.const_data_ptr<float>();
  const float *zeros = edge.const_data_ptr<float>();
  float *memory = scratch.mutable_data_ptr<float>(), *total = sums.mutable_data_ptr<float>();
  float *target = gradient.mutable_data_ptr<float>();

  blocks.for_each(groups, [&](int64_t share, int64_t group, int64_t first, int64_t count) {
    float *v = memory + (share * groups + group) * scratch.size(1), *m = v + strips.size();
    const int64_t start = all_strips * group / groups * kStrip, end = all_strips * (group + 1) / groups * kStrip;
    take_in<Input>(from, images, first, count, start, end, zeros, strips, v);
    take_in<OutputGradient>(to, gradients, first, count, 0, outputs, zeros, rows, m);
    const auto multiply_block = first == share * blocks.share ? multiply<false> : multiply<true>;
    for (int64_t p = 0; p < kPlaces; p++)
      for (int64_t c = start; c < end; c += kStrip)
        for (int64_t o = 0; o < outputs; o += kRows)
          multiply_block(std::min(kRows, outputs - o), {m + p * rows.place + o, 1, outputs},
                         v + p * strips.place + c / kStrip * strips.strip, count,
                         total + ((share * kPlaces + p) * outputs + o) * channels + c, channels);
  });
  parallel_for(outputs, [&](int64_t o) { take_out_weight(total, blocks.shares, o, channels, outputs, target); });
  return gradient;
}

#else
at::Tensor winograd_kernels(const at::Tensor &, bool) { return {}; }
at::Tensor winograd_convolution(const at::Tensor &, const at::Tensor &, const at::Tensor &, const at::Tensor &, int64_t,
                                bool) {
  return {};
}
at::Tensor winograd_weight_gradient(const at::Tensor &, const at::Tensor &, int64_t) { return {}; }
#endif

}  // namespace ctorch
