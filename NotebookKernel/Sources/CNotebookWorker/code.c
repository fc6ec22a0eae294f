// The code of the notebook: which addresses belong to cells and packages, and stopping it from running.
#define _GNU_SOURCE
#include "worker.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct range {
  uintptr_t start, end;
};

static struct range own[1 << 14];
static atomic_int own_count;
atomic_bool code_is_blocked;

struct search {
  const char *path;
};

static int add_ranges(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size;
  const struct search *search = context;
  if (strcmp(info->dlpi_name, search->path) != 0) return 0;
  for (int index = 0; index < info->dlpi_phnum; index++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[index];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
    int count = atomic_load(&own_count);
    if (count == sizeof own / sizeof own[0]) return 1;
    uintptr_t start = info->dlpi_addr + header->p_vaddr, page = 4095;
    own[count] = (struct range){start & ~page, (start + header->p_memsz + page) & ~page};
    atomic_store(&own_count, count + 1);
  }
  return 1;
}

const char *code_load(const char *path, bool is_own, void **handle) {
  void *loaded = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
  if (!loaded) return dlerror();
  if (handle) *handle = loaded;
  if (is_own) {
    struct link_map *map = NULL;
    struct search search = {path};
    if (dlinfo(loaded, RTLD_DI_LINKMAP, &map) == 0 && map) search.path = map->l_name;
    dl_iterate_phdr(add_ranges, &search);
  }
  return NULL;
}

bool code_contains(uintptr_t address) {
  for (int index = atomic_load(&own_count) - 1; index >= 0; index--)
    if (address >= own[index].start && address < own[index].end) return true;
  return false;
}

static const char *const harmless[] = {
    "/swift/linux/", "libc.so", "libpthread", "libm.so", "ld-linux", "libNotebookSupport", "notebook-worker", "libgcc_s", "libstdc++",
};

bool code_may_be_left(uintptr_t address) {
  if (code_contains(address)) return true;
  Dl_info info;
  if (!dladdr((void *)address, &info) || !info.dli_fname) return true;  // the vDSO, a trampoline
  for (size_t index = 0; index < sizeof harmless / sizeof harmless[0]; index++)
    if (strstr(info.dli_fname, harmless[index])) return true;
  return false;
}

void code_set_runnable(bool runnable) {
  if (atomic_load(&code_is_blocked) == !runnable) return;
  if (!runnable) atomic_store(&code_is_blocked, true);
  int protection = PROT_READ | (runnable ? PROT_EXEC : 0), count = atomic_load(&own_count);
  for (int index = 0; index < count; index++)
    mprotect((void *)own[index].start, own[index].end - own[index].start, protection);
  if (runnable) atomic_store(&code_is_blocked, false);
}
