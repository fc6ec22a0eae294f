// RoIAlign (He et al., 2017), which detectors need and libtorch lacks, as operators of the namespace `fovea`, so that they are
// called, checked and differentiated like all others. They agree with torchvision's. The loops work on channels that lie side
// by side: a sample is then four runs of memory.
#include "guard.h"
#include "parallel.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd_not_implemented_fallback.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include <cmath>
#include <vector>

namespace {

/// A point in an image, between four pixels.
template <typename T>
struct Sample {
  int64_t pixel[4];
  T weight[4];
};

/// How one region is sampled: `rows · columns` points in each of the bins.
template <typename T>
struct Region {
  int64_t image;
  T top, left, bin_height, bin_width;
  int64_t rows, columns;
};

template <typename T>
Region<T> region(const T *roi, int64_t index, int64_t images, double scale, int64_t height, int64_t width,
                 int64_t sampling, bool aligned) {
  for (int i = 0; i < 5; i++)
    TORCH_CHECK(std::isfinite(roi[i]), "roi_align: region ", index, " is not finite: ", roi[i]);
  Region<T> region;
  region.image = static_cast<int64_t>(roi[0]);
  TORCH_CHECK(region.image >= 0 && region.image < images, "roi_align: region ", index, " is of image ", region.image,
              " of ", images);
  const T offset = aligned ? T(0.5) : T(0), factor = static_cast<T>(scale);
  region.left = roi[1] * factor - offset;
  region.top = roi[2] * factor - offset;
  T roi_width = roi[3] * factor - offset - region.left, roi_height = roi[4] * factor - offset - region.top;
  if (!aligned) roi_width = std::max(roi_width, T(1)), roi_height = std::max(roi_height, T(1));
  region.bin_height = roi_height / static_cast<T>(height);
  region.bin_width = roi_width / static_cast<T>(width);
  const T rows = std::ceil(region.bin_height), columns = std::ceil(region.bin_width);
  TORCH_CHECK(sampling > 0 || (rows < 65536 && columns < 65536), "roi_align: region ", index, " is too large: ",
              roi_width, " x ", roi_height);
  region.rows = sampling > 0 ? sampling : static_cast<int64_t>(rows);
  region.columns = sampling > 0 ? sampling : static_cast<int64_t>(columns);
  return region;
}

/// The points of one bin that lie in the image; those outside count as zeros.
template <typename T>
void samples(const Region<T> &region, int64_t bin_row, int64_t bin_column, int64_t height, int64_t width,
             std::vector<Sample<T>> &points) {
  points.clear();
  for (int64_t i = 0; i < region.rows; i++) {
    T y = region.top + bin_row * region.bin_height +
          static_cast<T>(i + .5f) * region.bin_height / static_cast<T>(region.rows);
    if (!(y >= -1 && y <= height)) continue;
    y = std::max(y, T(0));
    int64_t top = static_cast<int64_t>(y), bottom = top + 1;
    if (top >= height - 1) top = bottom = height - 1, y = static_cast<T>(top);
    const T below = y - top, above = 1 - below;
    for (int64_t j = 0; j < region.columns; j++) {
      T x = region.left + bin_column * region.bin_width +
            static_cast<T>(j + .5f) * region.bin_width / static_cast<T>(region.columns);
      if (!(x >= -1 && x <= width)) continue;
      x = std::max(x, T(0));
      int64_t left = static_cast<int64_t>(x), right = left + 1;
      if (left >= width - 1) left = right = width - 1, x = static_cast<T>(left);
      const T after = x - left, before = 1 - after;
      points.push_back({{top * width + left, top * width + right, bottom * width + left, bottom * width + right},
                        {above * before, above * after, below * before, below * after}});
    }
  }
}

#define DEFINE_CHANNEL_LOOPS(T)                                                                                     \
  /* sum += the four pixels, weighted, channel by channel */                                                        \
  FOR_EACH_CPU void gather(T *sum, const T *a, const T *b, const T *c, const T *d, const T *w, int64_t channels) {  \
    const T w0 = w[0], w1 = w[1], w2 = w[2], w3 = w[3];                                                             \
    for (int64_t i = 0; i < channels; i++) sum[i] += w0 * a[i] + w1 * b[i] + w2 * c[i] + w3 * d[i];                 \
  }                                                                                                                 \
  /* a pixel += the gradient, weighted */                                                                           \
  FOR_EACH_CPU void scatter(T *pixel, const T *gradient, T weight, int64_t channels) {                              \
    for (int64_t i = 0; i < channels; i++) pixel[i] += weight * gradient[i];                                        \
  }                                                                                                                 \
  FOR_EACH_CPU void divide(T *sum, T by, int64_t channels) {                                                        \
    for (int64_t i = 0; i < channels; i++) sum[i] /= by;                                                            \
  }
DEFINE_CHANNEL_LOOPS(float)
DEFINE_CHANNEL_LOOPS(double)

template <typename T>
at::Tensor align(const at::Tensor &input, const at::Tensor &rois, double scale, int64_t height, int64_t width,
                 int64_t sampling, bool aligned) {
  const auto pixels = input.contiguous(at::MemoryFormat::ChannelsLast);
  const auto regions = rois.contiguous();
  const int64_t images = input.size(0), channels = input.size(1), rows = input.size(2), columns = input.size(3);
  auto result = at::zeros({rois.size(0), height, width, channels}, input.options());
  const T *source = pixels.const_data_ptr<T>();
  const T *roi = regions.template const_data_ptr<T>();
  T *target = result.template data_ptr<T>();
  ctorch::parallel_for(rois.size(0), [&](int64_t k) {
    const auto where = region(roi + 5 * k, k, images, scale, height, width, sampling, aligned);
    const T *image = source + where.image * channels * rows * columns;
    const T count = static_cast<T>(std::max<int64_t>(where.rows * where.columns, 1));
    std::vector<Sample<T>> points;
    for (int64_t bin = 0; bin < height * width; bin++) {
      T *sum = target + (k * height * width + bin) * channels;
      samples(where, bin / width, bin % width, rows, columns, points);
      for (const auto &point : points)
        gather(sum, image + point.pixel[0] * channels, image + point.pixel[1] * channels,
               image + point.pixel[2] * channels, image + point.pixel[3] * channels, point.weight, channels);
      divide(sum, count, channels);
    }
  });
  return result.permute({0, 3, 1, 2});
}

template <typename T>
at::Tensor align_backward(const at::Tensor &gradient, const at::Tensor &rois, double scale, int64_t height,
                          int64_t width, int64_t images, int64_t channels, int64_t rows, int64_t columns,
                          int64_t sampling, bool aligned) {
  const auto incoming = gradient.contiguous(at::MemoryFormat::ChannelsLast);
  const auto regions = rois.contiguous();
  auto result = at::zeros({images, rows, columns, channels}, gradient.options());
  const T *source = incoming.template const_data_ptr<T>();
  const T *roi = regions.template const_data_ptr<T>();
  T *target = result.template data_ptr<T>();
  // Regions overlap, channels do not: each worker has some channels of all regions, so no two write to the same place and
  // sums are the same for any number of threads.
  const int64_t block = 32;
  ctorch::parallel_for((channels + block - 1) / block, [&](int64_t part) {
    const int64_t first = part * block, some = std::min(block, channels - first);
    std::vector<Sample<T>> points;
    std::vector<T> share(some);
    for (int64_t k = 0; k < rois.size(0); k++) {
      const auto where = region(roi + 5 * k, k, images, scale, height, width, sampling, aligned);
      T *image = target + where.image * channels * rows * columns + first;
      const T count = static_cast<T>(std::max<int64_t>(where.rows * where.columns, 1));
      for (int64_t bin = 0; bin < height * width; bin++) {
        const T *from = source + (k * height * width + bin) * channels + first;
        std::copy(from, from + some, share.begin());
        divide(share.data(), count, some);
        samples(where, bin / width, bin % width, rows, columns, points);
        for (const auto &point : points)
          for (int corner = 0; corner < 4; corner++)
            scatter(image + point.pixel[corner] * channels, share.data(), point.weight[corner], some);
      }
    }
  });
  return result.permute({0, 3, 1, 2});
}

/// Half-precision tensors are computed with in single precision.
at::ScalarType working_type(const at::Tensor &tensor) {
  return tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

at::Tensor roi_align(const at::Tensor &input, const at::Tensor &rois, double scale, int64_t height, int64_t width,
                     int64_t sampling, bool aligned) {
  TORCH_CHECK(input.dim() == 4 && input.is_floating_point(), "roi_align: images are [N, C, H, W], not ", input.sizes());
  TORCH_CHECK(rois.dim() == 2 && rois.size(1) == 5, "roi_align: regions are [K, 5], not ", rois.sizes());
  TORCH_CHECK(height > 0 && width > 0, "roi_align: a result of ", height, " x ", width);
  TORCH_CHECK(input.size(2) > 0 && input.size(3) > 0, "roi_align: empty images, ", input.sizes());
  const auto type = working_type(input);
  const auto result = type == at::kDouble ? align<double>(input, rois.to(type), scale, height, width, sampling, aligned)
                                          : align<float>(input.to(type), rois.to(type), scale, height, width, sampling,
                                                         aligned);
  return result.to(input.scalar_type());
}

at::Tensor roi_align_backward(const at::Tensor &gradient, const at::Tensor &rois, double scale, int64_t height,
                              int64_t width, int64_t images, int64_t channels, int64_t rows, int64_t columns,
                              int64_t sampling, bool aligned) {
  const auto type = working_type(gradient);
  const auto result = type == at::kDouble
                          ? align_backward<double>(gradient, rois.to(type), scale, height, width, images, channels,
                                                   rows, columns, sampling, aligned)
                          : align_backward<float>(gradient.to(type), rois.to(type), scale, height, width, images,
                                                  channels, rows, columns, sampling, aligned);
  return result.to(gradient.scalar_type());
}

/// RoIAlign with a gradient for the images; regions have none, as in torchvision.
struct RoIAlign : torch::autograd::Function<RoIAlign> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &rois,
                            double scale, int64_t height, int64_t width, int64_t sampling, bool aligned) {
    context->save_for_backward({rois});
    context->saved_data["scale"] = scale;
    context->saved_data["bins"] = std::vector<int64_t>{height, width, sampling, aligned};
    context->saved_data["input"] = input.sizes().vec();
    at::AutoDispatchBelowADInplaceOrView guard;
    static const auto op = c10::Dispatcher::singleton()
                               .findSchemaOrThrow("fovea::roi_align", "")
                               .typed<decltype(::roi_align)>();
    return op.call(input, rois, scale, height, width, sampling, aligned);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext *context,
                                                 torch::autograd::variable_list gradients) {
    static const auto op = c10::Dispatcher::singleton()
                               .findSchemaOrThrow("fovea::roi_align_backward", "")
                               .typed<decltype(::roi_align_backward)>();
    const auto bins = context->saved_data["bins"].toIntVector();
    const auto input = context->saved_data["input"].toIntVector();
    auto gradient = op.call(gradients[0], context->get_saved_variables()[0], context->saved_data["scale"].toDouble(),
                            bins[0], bins[1], input[0], input[1], input[2], input[3], bins[2], bins[3] != 0);
    return {gradient, {}, {}, {}, {}, {}, {}};
  }
};

at::Tensor roi_align_autograd(const at::Tensor &input, const at::Tensor &rois, double scale, int64_t height,
                              int64_t width, int64_t sampling, bool aligned) {
  return RoIAlign::apply(input, rois, scale, height, width, sampling, aligned);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fovea, library) {
  library.def(
      "roi_align(Tensor input, Tensor rois, float scale, int height, int width, int sampling, bool aligned) -> Tensor");
  library.def(
      "roi_align_backward(Tensor gradient, Tensor rois, float scale, int height, int width, int images, int channels, "
      "int rows, int columns, int sampling, bool aligned) -> Tensor");
}

TORCH_LIBRARY_IMPL(fovea, CPU, library) {
  library.impl("roi_align", TORCH_FN(roi_align));
  library.impl("roi_align_backward", TORCH_FN(roi_align_backward));
}

TORCH_LIBRARY_IMPL(fovea, Autograd, library) {
  library.impl("roi_align", TORCH_FN(roi_align_autograd));
  // Second derivatives are not there: asking for them is an error, not a wrong number.
  library.impl("roi_align_backward", torch::autograd::autogradNotImplementedFallback());
}
