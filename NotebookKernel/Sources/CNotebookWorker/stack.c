// Stacks: where a trap or an error came from.
#define _GNU_SOURCE
#include "worker.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stack_record(struct stack *stack) { stack->count = backtrace(stack->frames, MAX_FRAMES); }

char *stack_text(const struct stack *stack) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  if (!file) return strdup("");
  for (int index = 0; stack && index < stack->count; index++) {
    uintptr_t address = (uintptr_t)stack->frames[index];
    Dl_info info;
    if (!code_contains(address) || !dladdr((void *)address, &info)) continue;
    // One before the return address, which may belong to the next line already.
    fprintf(file, "%s 0x%lx\n", info.dli_fname, (unsigned long)(address - 1 - (uintptr_t)info.dli_fbase));
  }
  fclose(file);
  return text;
}

// The latest errors that were thrown, on any thread, with the stacks they came from.
static struct thrown {
  const void *error;
  struct stack stack;
} thrown[16];
static unsigned thrown_next;
static pthread_mutex_t thrown_lock = PTHREAD_MUTEX_INITIALIZER;

static void remember(const void *error) {
  struct stack stack;
  stack_record(&stack);
  pthread_mutex_lock(&thrown_lock);
  thrown[thrown_next++ % 16] = (struct thrown){error, stack};
  pthread_mutex_unlock(&thrown_lock);
}

// Typed errors have no box by which they could be found again: they are kept under NULL.
static SWIFT_CALL void will_throw(void *error) { remember(error); }
static SWIFT_CALL void will_throw_typed(void *value, const void *type, const void *conformance) {
  (void)value, (void)type, (void)conformance;
  remember(NULL);
}

const struct stack *stack_of_error(const void *error) {
  const struct stack *typed = NULL;
  for (unsigned back = 1; back <= 16 && back <= thrown_next; back++) {
    const struct thrown *candidate = &thrown[(thrown_next - back) % 16];
    if (candidate->error == error) return &candidate->stack;
    if (!candidate->error && !typed) typed = &candidate->stack;
  }
  return typed;
}

extern _Atomic(void *) _swift_willThrow;
extern _Atomic(void *) _swift_willThrowTypedImpl;

void stack_watch_errors(void) {
  struct stack stack;
  stack_record(&stack);  // the first call loads the unwinder, which must not happen in a signal handler
  atomic_store(&_swift_willThrow, (void *)will_throw);
  atomic_store(&_swift_willThrowTypedImpl, (void *)will_throw_typed);
}
