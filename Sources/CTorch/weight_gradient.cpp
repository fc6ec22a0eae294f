// The weight's gradient of a convolution as the product of two matrices. oneDNN, which libtorch gives convolutions to,
// reaches half of the peak of a processor with AVX2 here, and nearly all of it in the rest of a training step.
#include "guard.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "avx2.h"
#include "convolution_kernels.h"
#include "parallel.h"

namespace ctorch {

#if defined(__x86_64__)

namespace {

/// `gradient[o][kh][kw][c] = Σ y[n, oh, ow, o] · x[n, oh·stride - padding + kh·dilation, ..., c]`, all channels last: a
/// product of two matrices whose long side are the output's pixels.
struct WeightGradient {
  const float *x, *y;
  int64_t height, width, channels;              // of x
  int64_t out_height, out_width, out_channels;  // of y
  Window vertical, horizontal;

  /// As many pixels as keep a strip of x in the first-level cache.
  static constexpr int64_t kBlock = 256;

  int64_t taps() const { return vertical.kernel * horizontal.kernel; }
  int64_t strips() const { return taps() * (channels / kStrip); }

  /// Adds what the pixels of a range give to the channels and taps of a range of strips.
  void accumulate(float *gradient, int64_t first_pixel, int64_t last_pixel, int64_t first_strip,
                  int64_t last_strip) const;
  void pack_y(float *packed, int64_t pixel, int64_t count) const;
  void pack_x(float *packed, int64_t pixel, int64_t count, int64_t strip) const;
};

/// In strips of six channels: [strip][pixel][6], the last one as narrow as what is left.
void WeightGradient::pack_y(float *packed, int64_t pixel, int64_t count) const {
  const float *row = y + pixel * out_channels;
  const int64_t whole = out_channels / kRows * kRows, rest = out_channels - whole;
  for (int64_t k = 0; k < count; k++, row += out_channels) {
    float *target = packed + k * kRows;
    for (int64_t o = 0; o < whole; o += kRows, target += count * kRows)
      std::memcpy(target, row + o, kRows * sizeof(float));
    if (rest) std::memcpy(packed + whole * count + k * rest, row + whole, rest * sizeof(float));
  }
}

int64_t floor_divide(int64_t a, int64_t b) { return a >= 0 ? a / b : -((b - 1 - a) / b); }

float *fill_with_zeros(float *packed, int64_t pixels) { return std::fill_n(packed, pixels * kStrip, 0.f); }

/// The pixels of x that one tap of the kernel sees, 16 channels of each; zeros outside of the image.
CT_AVX2 void WeightGradient::pack_x(float *packed, int64_t pixel, int64_t count, int64_t strip) const {
  const int64_t tap = strip % taps(), channel = strip / taps() * kStrip;
  const int64_t down = tap / horizontal.kernel * vertical.dilation - vertical.padding;
  const int64_t right = tap % horizontal.kernel * horizontal.dilation - horizontal.padding;
  int64_t column = pixel % out_width, line = pixel / out_width;
  for (int64_t done = 0; done < count; line++, column = 0) {
    const int64_t end = std::min(out_width, column + count - done);
    const int64_t row = line % out_height * vertical.stride + down;
    done += end - column;
    // The columns whose tap lies inside of the image: from the first to the one before `last`.
    int64_t first = std::clamp(-floor_divide(right, horizontal.stride), column, end);
    int64_t last = std::clamp(floor_divide(width - 1 - right, horizontal.stride) + 1, first, end);
    if (row < 0 || row >= height) first = last = end;
    const float *source = x + (line / out_height * height + row) * width * channels + channel;
    source += (first * horizontal.stride + right) * channels;
    packed = fill_with_zeros(packed, first - column);
    for (; first < last; first++, packed += kStrip, source += horizontal.stride * channels) {
      _mm256_store_ps(packed, _mm256_loadu_ps(source));
      _mm256_store_ps(packed + 8, _mm256_loadu_ps(source + 8));
    }
    packed = fill_with_zeros(packed, end - last);
  }
}

void WeightGradient::accumulate(float *gradient, int64_t first_pixel, int64_t last_pixel, int64_t first_strip,
                                int64_t last_strip) const {
  alignas(32) float packed_x[kBlock * kStrip];
  std::vector<float> packed_y(kBlock * out_channels);
  for (int64_t pixel = first_pixel; pixel < last_pixel; pixel += kBlock) {
    const int64_t count = std::min(kBlock, last_pixel - pixel);
    pack_y(packed_y.data(), pixel, count);
    for (int64_t strip = first_strip; strip < last_strip; strip++) {
      pack_x(packed_x, pixel, count, strip);
      float *sums = gradient + strip % taps() * channels + strip / taps() * kStrip;
      for (int64_t o = 0; o < out_channels; o += kRows) {
        const int64_t rows = std::min(kRows, out_channels - o);
        multiply<true>(rows, {packed_y.data() + o * count, 1, rows}, packed_x, count, sums + o * taps() * channels,
                       taps() * channels);
      }
    }
  }
}

}  // namespace

at::Tensor weight_gradient(const at::Tensor &x, const at::Tensor &y, Window vertical, Window horizontal) {
  const WeightGradient task{x.const_data_ptr<float>(), y.const_data_ptr<float>(), x.size(2), x.size(3), x.size(1),
                            y.size(2), y.size(3), y.size(1), vertical, horizontal};
  const int64_t threads = at::get_num_threads(), pixels = y.size(0) * y.size(2) * y.size(3);
  const int64_t slices = std::min({threads, kMostSums, (pixels - 1) / WeightGradient::kBlock + 1});
  const int64_t groups = std::min((threads - 1) / slices + 1, task.strips());
  auto sums = at::zeros({slices, y.size(1), vertical.kernel, horizontal.kernel, x.size(1)}, x.options());
  float *data = sums.mutable_data_ptr<float>();
  const int64_t size = sums.numel() / slices;
  parallel_for(slices * groups, [&](int64_t i) {
    const int64_t slice = i % slices, group = i / slices;
    task.accumulate(data + slice * size, pixels * slice / slices, pixels * (slice + 1) / slices,
                    task.strips() * group / groups, task.strips() * (group + 1) / groups);
  });
  return (slices == 1 ? sums[0] : sums.sum(0)).permute({0, 3, 1, 2});
}

#else
at::Tensor weight_gradient(const at::Tensor &, const at::Tensor &, Window, Window) { return {}; }
#endif

}  // namespace ctorch
