#include "CPartialJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

// The library reports an error by a function that must not return.
struct errors {
  struct jpeg_error_mgr manager;
  jmp_buf way_out;
};

static void leave(j_common_ptr jpeg) { longjmp(((struct errors *)jpeg->err)->way_out, 1); }

// A negative level is a warning: the data is damaged, which the whole way judges.
static void hear(j_common_ptr jpeg, int level) {
  if (level < 0) leave(jpeg);
}

// Colours have half the resolution and are smoothed over the neighbouring pixels, so a little more is decoded on all sides.
enum { margin = 4 };

static void decode(
    struct jpeg_decompress_struct *jpeg, int denominator, struct fovea_jpeg_part *part, unsigned char *pixels,
    size_t capacity) {
  jpeg->out_color_space = JCS_RGB;
  jpeg->dct_method = JDCT_ISLOW;
  jpeg->scale_num = 1;
  jpeg->scale_denom = (unsigned)denominator;
  jpeg_start_decompress(jpeg);
  JDIMENSION left = (unsigned)part->left, right = left + (unsigned)part->width;
  JDIMENSION top = (unsigned)part->top, bottom = top + (unsigned)part->height;
  if (right > jpeg->output_width || bottom > jpeg->output_height) leave((j_common_ptr)jpeg);

  left = left > margin ? left - margin : 0;
  right = right + margin < jpeg->output_width ? right + margin : jpeg->output_width;
  top = top > margin ? top - margin : 0;
  JDIMENSION columns = right - left;
  jpeg_crop_scanline(jpeg, &left, &columns);  // It moves them to the borders of blocks.
  if (top > 0) jpeg_skip_scanlines(jpeg, top);
  size_t row = (size_t)columns * 3;
  if (row * (bottom - top) > capacity) leave((j_common_ptr)jpeg);
  for (JSAMPROW target = pixels; jpeg->output_scanline < bottom; target += row) {
    if (jpeg_read_scanlines(jpeg, &target, 1) != 1) leave((j_common_ptr)jpeg);
  }
  *part = (struct fovea_jpeg_part){(int)left, (int)top, (int)columns, (int)(bottom - top)};
}

int fovea_decode_jpeg_part(
    const unsigned char *bytes, size_t count, int denominator, struct fovea_jpeg_part *part, unsigned char *pixels,
    size_t capacity) {
  enum { most = JPEG_MAX_DIMENSION };
  if (part->left < 0 || part->top < 0 || part->width < 1 || part->height < 1) return 1;
  if (part->left > most || part->top > most || part->width > most || part->height > most) return 1;
  struct jpeg_decompress_struct jpeg;
  struct errors errors;
  memset(&jpeg, 0, sizeof jpeg);
  jpeg.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = leave;
  errors.manager.emit_message = hear;
  if (setjmp(errors.way_out)) {
    jpeg_destroy_decompress(&jpeg);
    return 1;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes, count);
  jpeg_read_header(&jpeg, TRUE);
  if (jpeg_has_multiple_scans(&jpeg) || jpeg.num_components > 3) leave((j_common_ptr)&jpeg);
  decode(&jpeg, denominator, part, pixels, capacity);
  jpeg_destroy_decompress(&jpeg);
  return 0;
}
