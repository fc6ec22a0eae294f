// The worker's loop: it does what the kernel asks, and the main actor's work in between.
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/// Makes the main actor's executor; in Swift.
extern void notebook_make_main_executor(void);

void output_flush(void) {
  // A cell that was left inside `print` may hold the lock for ever: try, and go on.
  FILE *const streams[] = {stdout, stderr};
  for (int index = 0; index < 2; index++) {
    for (int attempt = 0; attempt < 20; attempt++) {
      if (ftrylockfile(streams[index]) == 0) {
        fflush_unlocked(streams[index]);
        funlockfile(streams[index]);
        break;
      }
      usleep(500);
    }
  }
}

static bool read_all(int descriptor, void *bytes, size_t count) {
  char *next = bytes;
  while (count > 0) {
    ssize_t got = read(descriptor, next, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    next += got;
    count -= (size_t)got;
  }
  return true;
}

/// The text after the next zero byte.
static const char *after_zero(const char *text, const char *end) {
  const char *zero = memchr(text, 0, (size_t)(end - text));
  return zero ? zero + 1 : end;
}

/// Loads a library of Swift's, or says why not.
static void load_library(const char *path) {
  const char *problem = code_load(path, false, NULL);
  notebook_send('L', problem ? problem : "", problem ? strlen(problem) : 0);
}

/// Loads a package, and answers with its path, a zero byte, and why it cannot be loaded, if it cannot.
static void load_package(const char *path) {
  const char *problem = code_load(path, true, NULL);
  size_t path_size = strlen(path) + 1, size = path_size + (problem ? strlen(problem) : 0);
  char *answer = malloc(size);
  if (!answer) abort();
  memcpy(answer, path, path_size);
  if (problem) memcpy(answer + path_size, problem, size - path_size);
  notebook_send('P', answer, size);
  free(answer);
}

/// `R path 0 entry 0 a|s number`, `L path` (a library of Swift's), `P path` (a package), `E name 0 value`.
static void obey(char kind, char *text, size_t count) {
  const char *end = text + count, *second = after_zero(text, end), *third = after_zero(second, end);
  switch (kind) {
  case 'R': cell_run(text, second, third < end ? atoi(third + 1) : 0, *third == 'a'); break;
  case 'L': load_library(text); break;
  case 'P': load_package(text); break;
  case 'E': setenv(text, second, 1); break;
  default: break;
  }
}

int notebook_serve(int control, int replies) {
  setvbuf(stdout, NULL, _IOLBF, 1 << 16);
  // Deep recursion is common in exploring; the stack of the main thread grows up to this limit.
  struct rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) == 0) {
    rlim_t wanted = 64 << 20;
    stack.rlim_cur = stack.rlim_max == RLIM_INFINITY || stack.rlim_max > wanted ? wanted : stack.rlim_max;
    setrlimit(RLIMIT_STACK, &stack);
  }
  records_open(control, replies);
  signals_install();
  stack_watch_errors();
  notebook_make_main_executor();
  main_executor_install();
  main_queue_install();
  watcher_start();
  for (;;) {
    main_executor_run_until_readable(control);
    char kind;
    uint32_t count;
    if (!read_all(control, &kind, 1) || !read_all(control, &count, 4)) return 0;
    char *text = malloc((size_t)count + 1);
    if (!text || !read_all(control, text, count)) return 1;
    text[count] = 0;
    obey(kind, text, count);
    free(text);
  }
}
