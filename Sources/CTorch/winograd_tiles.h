// Images cut into the tiles of Winograd's minimal filtering, and these dealt out to threads.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>

#include "parallel.h"
#include "winograd_transforms.h"

#if defined(__x86_64__)

namespace ctorch::winograd {

/// What is done to each number of the output: the bias and the other tensor's number added, and negative ones set to zero.
template <typename Number>
struct Finish {
  const float *bias;
  const Number *other;
  bool rectifies;
};

/// Images of `channels` numbers a pixel, and the tiles on them: `side` x `side` pixels, one every two from `-padding` on.
struct Tiling {
  int64_t height, width, channels;
  int64_t down, across;  // tiles in an image
  int64_t padding;

  /// For each place of a tile the pixel that lies there, or `outside`.
  template <typename Pixel>
  void pixels(Pixel *images, int64_t tile, int side, Pixel *outside, Pixel **found) const {
    const int64_t image = tile / (down * across), top = tile / across % down * kOut - padding;
    const int64_t left = tile % across * kOut - padding;
    for (int i = 0; i < side; i++)
      for (int j = 0; j < side; j++) {
        const int64_t y = top + i, x = left + j;
        const bool is_inside = y >= 0 && y < height && x >= 0 && x < width;
        found[i * kSide + j] = is_inside ? images + ((image * height + y) * width + x) * channels : outside;
      }
  }
};

/// The tiles of all images in equal shares, one a thread, and those in equal blocks, which are taken at once.
struct Blocks {
  int64_t tiles, shares, share, block;

  /// Blocks of whole groups of `rows` tiles, and of `most` tiles or a few more.
  Blocks(const Tiling &tiling, int64_t images, int64_t most, int64_t most_shares, int64_t rows) {
    tiles = images * tiling.down * tiling.across;
    shares = std::min({most_shares, int64_t(at::get_num_threads()), (tiles - 1) / rows + 1});
    share = (tiles - 1) / shares + 1;
    shares = (tiles - 1) / share + 1;
    const int64_t count = (share - 1) / most + 1;
    block = ((share - 1) / count / rows + 1) * rows;
  }

  /// Calls `body(share, group, first, count)` for each block, in each of so many groups.
  template <typename Body>
  void for_each(int64_t groups, const Body &body) const {
    parallel_for(shares * groups, [&](int64_t i) {
      const int64_t start = i / groups * share, end = std::min(tiles, start + share);
      for (int64_t first = start; first < end; first += block)
        body(i / groups, i % groups, first, std::min(block, end - first));
    });
  }
};

}  // namespace ctorch::winograd
#endif
