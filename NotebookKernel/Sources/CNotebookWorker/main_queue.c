// libdispatch's main queue.
//
// A block that is left by siglongjmp leaves the marks of a queue that is being drained behind, in the queue and in the
// thread-local state of libdispatch; with them it would do nothing for ever, or trap. Which words these are is found out at
// the start: those that differ inside a block, and are as before after it. Blocks that waited behind it are lost.
#define _GNU_SOURCE
#include "worker.h"

#include <link.h>
#include <string.h>

enum { QUEUE_WORDS = 16, MAX_WORDS = 64 };

extern uintptr_t _dispatch_main_q[QUEUE_WORDS];
extern void dispatch_async_f(void *queue, void *context, void (*work)(void *));
extern int _dispatch_get_main_queue_handle_4CF(void);
extern void _dispatch_main_queue_callback_4CF(void *message);

static struct word {
  uintptr_t *place, idle, drained;
} words[MAX_WORDS];
static int count;

static int add_thread_state(struct dl_phdr_info *info, size_t size, void *context) {
  (void)size, (void)context;
  if (!strstr(info->dlpi_name, "libdispatch.so") || !info->dlpi_tls_data) return 0;
  for (int header = 0; header < info->dlpi_phnum; header++) {
    if (info->dlpi_phdr[header].p_type != PT_TLS) continue;
    size_t size = info->dlpi_phdr[header].p_memsz / sizeof(uintptr_t);
    for (size_t index = 0; index < size && count < MAX_WORDS; index++)
      words[count++].place = (uintptr_t *)info->dlpi_tls_data + index;
  }
  return 1;
}

/// A block of the queue.
static void look(void *unused) {
  (void)unused;
  for (int index = 0; index < count; index++) words[index].drained = *words[index].place;
}

void main_queue_install(void) {
  for (int index = 0; index < QUEUE_WORDS; index++) words[count++].place = &_dispatch_main_q[index];
  dl_iterate_phdr(add_thread_state, NULL);
  dispatch_async_f(_dispatch_main_q, NULL, look);
  for (int index = 0; index < count; index++) words[index].idle = *words[index].place;
  _dispatch_main_queue_callback_4CF(NULL);
  int kept = 0;
  for (int index = 0; index < count; index++) {
    const struct word *word = &words[index];
    if (word->idle != word->drained && word->idle == *word->place) words[kept++] = *word;
  }
  count = kept;
}

int main_queue_descriptor(void) { return _dispatch_get_main_queue_handle_4CF(); }

void main_queue_drain(void *unused) {
  (void)unused;
  // The first is the queue's own. Nothing drains it now, as this is not called by a block.
  if (count > 0 && *words[0].place == words[0].drained)
    for (int index = 0; index < count; index++) *words[index].place = words[index].idle;
  _dispatch_main_queue_callback_4CF(NULL);
}
