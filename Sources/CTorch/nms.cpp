// Non-maximum suppression, which detectors need and libtorch lacks, as operators of the namespace `fovea`, so that they are
// called and checked like all others. They agree with torchvision's.
#include "guard.h"
#include "parallel.h"

#include <ATen/ATen.h>
#include <torch/library.h>

#include <map>
#include <vector>

namespace {

/// Corners and areas of the boxes of one group, the best box first.
struct Columns {
  std::vector<float> left, top, right, bottom, area;
};

/// Marks in `gone` the boxes after `first` that overlap it by more than `threshold`. A NaN overlaps nothing.
FOR_EACH_CPU void suppress(const float *left, const float *top, const float *right, const float *bottom,
                           const float *area, int64_t first, int64_t count, double threshold, uint8_t *gone) {
  const float l = left[first], t = top[first], r = right[first], b = bottom[first], a = area[first];
  for (int64_t j = first + 1; j < count; j++) {
    const float xx1 = l < left[j] ? left[j] : l, yy1 = t < top[j] ? top[j] : t;
    const float xx2 = right[j] < r ? right[j] : r, yy2 = bottom[j] < b ? bottom[j] : b;
    const float dx = xx2 - xx1, dy = yy2 - yy1;
    const float width = 0 < dx ? dx : 0, height = 0 < dy ? dy : 0;
    const float shared = width * height;
    const float overlap = shared / (a + area[j] - shared);
    gone[j] |= static_cast<double>(overlap) > threshold;
  }
}

/// Which of the boxes, best first, stay; boxes are `[left, top, right, bottom]`.
std::vector<uint8_t> survivors(const float *boxes, const std::vector<int64_t> &order, double threshold) {
  const int64_t count = static_cast<int64_t>(order.size());
  Columns columns;
  for (auto *column : {&columns.left, &columns.top, &columns.right, &columns.bottom, &columns.area})
    column->resize(count);
  for (int64_t i = 0; i < count; i++) {
    const float *box = boxes + 4 * order[i];
    columns.left[i] = box[0], columns.top[i] = box[1], columns.right[i] = box[2], columns.bottom[i] = box[3];
    columns.area[i] = (box[2] - box[0]) * (box[3] - box[1]);
  }
  std::vector<uint8_t> gone(count, 0);
  for (int64_t i = 0; i < count; i++) {
    if (gone[i]) continue;
    suppress(columns.left.data(), columns.top.data(), columns.right.data(), columns.bottom.data(), columns.area.data(),
             i, count, threshold, gone.data());
  }
  return gone;
}

void check_boxes(const at::Tensor &boxes, const at::Tensor &scores) {
  TORCH_CHECK(boxes.dim() == 2 && boxes.size(1) == 4, "nms: boxes are [N, 4], not ", boxes.sizes());
  TORCH_CHECK(scores.dim() == 1 && scores.size(0) == boxes.size(0), "nms: scores are [", boxes.size(0), "], not ",
              scores.sizes());
}

at::Tensor batched_nms(const at::Tensor &boxes, const at::Tensor &scores, const at::Tensor &groups, double threshold) {
  check_boxes(boxes, scores);
  TORCH_CHECK(groups.dim() == 1 && groups.size(0) == boxes.size(0) && !groups.is_floating_point(),
              "nms: groups are [", boxes.size(0), "] whole numbers, not ", groups.sizes(), " of ", groups.scalar_type());
  const auto order = std::get<1>(scores.sort(/*stable=*/true, /*dim=*/0, /*descending=*/true)).contiguous();
  const auto values = boxes.to(at::kFloat).contiguous();
  const auto names = groups.to(at::kLong).contiguous();
  const int64_t count = boxes.size(0);
  const int64_t *ranked = order.const_data_ptr<int64_t>();
  const int64_t *name = names.const_data_ptr<int64_t>();
  const float *data = values.const_data_ptr<float>();

  std::map<int64_t, size_t> place;
  std::vector<std::vector<int64_t>> members, ranks;
  for (int64_t i = 0; i < count; i++) {
    const auto found = place.emplace(name[ranked[i]], members.size());
    if (found.second) members.emplace_back(), ranks.emplace_back();
    members[found.first->second].push_back(ranked[i]);
    ranks[found.first->second].push_back(i);
  }
  std::vector<uint8_t> gone(count, 0);
  ctorch::parallel_for(static_cast<int64_t>(members.size()), [&](int64_t g) {
    const auto removed = survivors(data, members[g], threshold);
    for (size_t i = 0; i < removed.size(); i++) gone[ranks[g][i]] = removed[i];
  });
  std::vector<int64_t> kept;
  for (int64_t i = 0; i < count; i++)
    if (!gone[i]) kept.push_back(ranked[i]);
  return at::tensor(kept, at::TensorOptions(at::kLong));
}

at::Tensor nms(const at::Tensor &boxes, const at::Tensor &scores, double threshold) {
  return batched_nms(boxes, scores, at::zeros({scores.numel()}, at::TensorOptions(at::kLong)), threshold);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(fovea, library) {
  library.def("nms(Tensor boxes, Tensor scores, float threshold) -> Tensor");
  library.def("batched_nms(Tensor boxes, Tensor scores, Tensor groups, float threshold) -> Tensor");
}

TORCH_LIBRARY_IMPL(fovea, CPU, library) {
  library.impl("nms", TORCH_FN(nms));
  library.impl("batched_nms", TORCH_FN(batched_nms));
}
