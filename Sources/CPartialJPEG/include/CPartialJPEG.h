#pragma once
#include <stddef.h>

/// A rectangle of whole pixels.
struct fovea_jpeg_part {
  int left, top, width, height;
};

/// Decodes a part of a JPEG into `pixels`, RGB, three bytes a pixel, row after row.
///
/// libjpeg-turbo's other interface, the one that Fovea decodes whole images by, knows no parts before version 3. Here blocks
/// beside the part are not transformed, and what lies below it is not read.
///
/// `part` counts pixels of the image at 1/`denominator` of its size (1, 2, 4 or 8), and is widened to what the library decodes
/// anyhow. The pixels are those of the whole image's decoding. Gives 0; another number says that this file is one for the whole
/// way: several scans, four colours, anything odd or damaged, a part that is not inside, or less than `capacity` bytes needed.
int fovea_decode_jpeg_part(
    const unsigned char *bytes, size_t count, int denominator, struct fovea_jpeg_part *part, unsigned char *pixels,
    size_t capacity);
