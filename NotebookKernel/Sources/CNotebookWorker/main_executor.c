// The main actor's queue.
//
// The runtime's own executor drains libdispatch's main queue, all that waits there at once, and a trap would lose it. So the
// main actor gets an executor with a queue of its own; libdispatch's main queue is served beside it.
#define _GNU_SOURCE
#include "worker.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct executor executor;

struct node {
  struct node *next;
  void *job;
};

static struct node *first, **last = &first;
static int waiting;  // jobs in the queue
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int queue_descriptor;

extern void *swift_task_getMainExecutor_hook;
extern void *swift_task_isMainExecutor_hook;
extern void *swift_task_asyncMainDrainQueue_hook;

bool notebook_is_main_thread(void) { return pthread_equal(pthread_self(), main_thread); }

void notebook_enqueue_main(void *job) {
  struct node *node = malloc(sizeof *node);
  if (!node) abort();
  *node = (struct node){NULL, job};
  pthread_mutex_lock(&lock);
  *last = node;
  last = &node->next;
  waiting++;
  pthread_mutex_unlock(&lock);
  uint64_t one = 1;
  ssize_t written = write(queue_descriptor, &one, sizeof one);
  (void)written;
}

static void *take(void) {
  pthread_mutex_lock(&lock);
  struct node *node = first;
  if (node) {
    first = node->next;
    if (!first) last = &first;
    waiting--;
  }
  pthread_mutex_unlock(&lock);
  if (!node) return NULL;
  void *job = node->job;
  free(node);
  return job;
}

static void run_job(void *job) { swift_job_run(job, executor); }

/// Waits for work and does a piece of it. A job in a running cell leaves with the cell; between cells a trap ends only
/// the job.
static void turn(int descriptor, int dispatch, int timeout) {
  struct pollfd polled[] = {{queue_descriptor, POLLIN, 0}, {dispatch, POLLIN, 0}, {descriptor, POLLIN, 0}};
  if (poll(polled, descriptor >= 0 ? 3 : 2, timeout) <= 0) return;
  uint64_t count;
  if (polled[0].revents && read(queue_descriptor, &count, sizeof count) > 0) {
    void *job = take();
    if (job) cell_guard(run_job, job);
  }
  if (polled[1].revents && read(dispatch, &count, sizeof count) > 0) cell_guard(main_queue_drain, NULL);
}

void main_executor_run_until_readable(int descriptor) {
  int dispatch = main_queue_descriptor();
  for (;;) {
    struct pollfd polled = {descriptor, POLLIN, 0};
    if (poll(&polled, 1, 0) > 0) return;
    turn(descriptor, dispatch, -1);
  }
}

atomic_bool main_executor_delays_cell;

void main_executor_run_waiting(void) {
  atomic_store(&main_executor_delays_cell, true);
  int dispatch = main_queue_descriptor();
  pthread_mutex_lock(&lock);
  int count = waiting;
  pthread_mutex_unlock(&lock);
  // One turn more for libdispatch's queue, which has no number.
  for (int index = 0; index <= count; index++) turn(-1, dispatch, 0);
  atomic_store(&main_executor_delays_cell, false);
}

/// An asynchronous cell comes here when it has started its task; it leaves by calling `exit`, see cell.c.
static SWIFT_CALL void drain(void *original, void *compatible) {
  (void)original, (void)compatible;
  int dispatch = main_queue_descriptor();
  for (;;) turn(-1, dispatch, -1);
}

static SWIFT_CALL struct executor get_main_executor(void *original) {
  (void)original;
  return executor;
}

static SWIFT_CALL bool is_main_executor(struct executor asked, void *original) {
  (void)original;
  return asked.identity == executor.identity;
}

void notebook_set_main_executor(uintptr_t identity, uintptr_t implementation) {
  executor = (struct executor){identity, implementation};
}

void main_executor_install(void) {
  queue_descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE);  // one count a job
  swift_task_getMainExecutor_hook = (void *)get_main_executor;
  swift_task_isMainExecutor_hook = (void *)is_main_executor;
  swift_task_asyncMainDrainQueue_hook = (void *)drain;
}
