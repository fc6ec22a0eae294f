// Records between worker and kernel: a letter, a length of four bytes, and the bytes.
#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int control_descriptor, reply_descriptor;

// One record at a time, from whatever thread; the owner is known so that a cell that was left gives it back.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool main_thread_holds;
static uint32_t last_question;

void records_open(int control, int replies) {
  control_descriptor = control;
  reply_descriptor = replies;
}

bool records_are_waiting(void) {
  struct pollfd control = {control_descriptor, POLLIN, 0};
  return poll(&control, 1, 0) > 0;
}

static void acquire(void) {
  pthread_mutex_lock(&lock);
  if (notebook_is_main_thread()) atomic_store(&main_thread_holds, true);
}

static void release(void) {
  if (notebook_is_main_thread()) atomic_store(&main_thread_holds, false);
  pthread_mutex_unlock(&lock);
}

void records_recover(void) {
  if (atomic_load(&main_thread_holds)) release();
}

static bool write_all(const void *bytes, size_t count) {
  const char *next = bytes;
  while (count > 0) {
    ssize_t written = write(control_descriptor, next, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    next += written;
    count -= (size_t)written;
  }
  return true;
}

static bool read_all(void *bytes, size_t count) {
  char *next = bytes;
  while (count > 0) {
    ssize_t got = read(reply_descriptor, next, count);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    next += got;
    count -= (size_t)got;
  }
  return true;
}

/// Writes a record in one piece, so that a cell that is left in the middle does not leave half of one.
static void write_record(char kind, uint32_t question, const void *bytes, size_t count) {
  uint32_t length = (uint32_t)count + 4;
  char *record = malloc(count + 9);
  if (!record) return;
  record[0] = kind;
  memcpy(record + 1, &length, 4);
  memcpy(record + 5, &question, 4);
  memcpy(record + 9, bytes, count);
  write_all(record, count + 9);
  free(record);
}

void notebook_send(char kind, const void *bytes, size_t count) {
  output_flush();
  acquire();
  write_record(kind, 0, bytes, count);
  release();
}

char *notebook_ask(char kind, const void *bytes, size_t count, size_t *answer_count) {
  output_flush();
  acquire();
  uint32_t question = ++last_question, answered = 0, length = 0;
  write_record(kind, question, bytes, count);
  char *answer = NULL;
  *answer_count = 0;
  // Answers to questions of cells that did not wait for them are passed over.
  while (answered != question) {
    free(answer);
    answer = NULL;
    if (!read_all(&answered, 4) || !read_all(&length, 4)) break;
    answer = malloc((size_t)length + 1);
    if (!answer || !read_all(answer, length)) break;
    *answer_count = length;
  }
  release();
  return answer;
}
