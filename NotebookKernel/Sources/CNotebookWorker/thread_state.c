// The thread-local state of the Swift runtime.
//
// libswiftCore keeps there which variables are being accessed (exclusivity), libswift_Concurrency the current task and
// executor. Frames that are left by siglongjmp do not put them back, so this does. libdispatch's state stays as it is: it
// caches continuations that may have been freed since.
#define _GNU_SOURCE
#include "worker.h"

#include <link.h>
#include <string.h>

struct block {
  const char *library;
  size_t size;
  char saved[256];
};

static struct block blocks[] = {{.library = "libswiftCore.so"}, {.library = "libswift_Concurrency.so"}};

static int visit(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  bool saves = *(bool *)context;
  for (size_t index = 0; index < sizeof blocks / sizeof blocks[0]; index++) {
    struct block *block = &blocks[index];
    if (!strstr(info->dlpi_name, block->library) || !info->dlpi_tls_data) continue;
    for (int header = 0; header < info->dlpi_phnum; header++) {
      if (info->dlpi_phdr[header].p_type != PT_TLS) continue;
      size_t bytes = info->dlpi_phdr[header].p_memsz;
      if (bytes > sizeof block->saved) continue;
      if (saves) {
        memcpy(block->saved, info->dlpi_tls_data, bytes);
        block->size = bytes;
      } else {
        memcpy(info->dlpi_tls_data, block->saved, block->size);
      }
    }
  }
  return 0;
}

void thread_state_save(void) {
  bool saves = true;
  dl_iterate_phdr(visit, &saves);
}

void thread_state_restore(void) {
  bool saves = false;
  dl_iterate_phdr(visit, &saves);
}
