// A thread that looks after the main one: it flushes what was printed, and brings about interrupts.
#define _GNU_SOURCE
#include "worker.h"

#include <poll.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

static int wake_descriptor;

enum { FLUSH_MILLISECONDS = 40, NUDGE_MILLISECONDS = 10, GRACE_MILLISECONDS = 1000, PATIENCE_MILLISECONDS = 2000 };

extern SWIFT_CALL void swift_task_cancel(void *task);

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_leaving(void) {
  return atomic_load(&signals_leaving) && (atomic_load(&cell_is_running) || atomic_load(&cell_job_is_running));
}

/// Stops a job between cells that keeps the next one, or whatever else the kernel asks, waiting for too long.
static void watch_job(void) {
  static int64_t since;
  bool delays = atomic_load(&cell_job_is_running) && (atomic_load(&main_executor_delays_cell) || records_are_waiting());
  if (!delays) {
    since = 0;
  } else if (!since) {
    since = milliseconds();
  } else if (milliseconds() - since >= PATIENCE_MILLISECONDS) {
    int none = 0;
    atomic_compare_exchange_strong(&signals_leaving, &none, OVERDUE);
  }
}

static void *watch(void *unused) {
  (void)unused;
  signals_take_interrupts();
  int64_t asked = 0;
  for (;;) {
    watch_job();
    bool leaves = is_leaving();
    struct pollfd wake = {wake_descriptor, POLLIN, 0};
    if (poll(&wake, 1, leaves ? NUDGE_MILLISECONDS : FLUSH_MILLISECONDS) > 0) {
      uint64_t count;
      if (read(wake_descriptor, &count, sizeof count) < 0) continue;
    }
    leaves = is_leaving();
    if (!leaves) {
      asked = 0;
      output_flush();
      continue;
    }
    // An asynchronous cell is asked first, by cancelling its task, and has a second to end by itself.
    void *task = atomic_load(&cell_task);
    bool is_polite = atomic_load(&cell_is_async) && task && atomic_load(&signals_leaving) == INTERRUPTED;
    if (!asked) {
      asked = milliseconds();
      if (is_polite) swift_task_cancel(task);
    }
    if (!is_polite || milliseconds() - asked >= GRACE_MILLISECONDS) signals_nudge();
  }
  return NULL;
}

void watcher_wake(void) {
  uint64_t one = 1;
  ssize_t written = write(wake_descriptor, &one, sizeof one);
  (void)written;
}

void watcher_start(void) {
  wake_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_t thread;
  pthread_create(&thread, NULL, watch, NULL);
  pthread_detach(thread);
}
