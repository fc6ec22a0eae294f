// The C part of the worker: the process in which the cells of a notebook run.
//
// It is C because a cell that traps is left by siglongjmp out of a signal handler, which no Swift frame may do, and
// because the thread-local state of the Swift runtime has to be put back afterwards. Swift calls what stands here.
#ifndef CNOTEBOOKWORKER_H
#define CNOTEBOOKWORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// serve.c

/// Serves the kernel until it closes the connection. `control` carries records both ways, `replies` the answers that a
/// cell waits for. Called by the executable, through dlsym.
int notebook_serve(int control, int replies);

// records.c

/// Sends a record to the kernel, after everything that was printed.
void notebook_send(char kind, const void *bytes, size_t count);

/// Sends a record and waits until the kernel has passed it on, so that pictures and text keep their order. Returns the
/// kernel's answer, to be freed, and its size; NULL if there is none.
char *_Nullable notebook_ask(char kind, const void *bytes, size_t count, size_t *answer_count);

// cell.c

/// A cell tells how far it has come: its statements are numbered from 0.
void notebook_mark(int64_t position);

// main_executor.c

/// Puts a job of the main actor into the queue of the main thread.
void notebook_enqueue_main(void *job);

/// Whether this is the thread that the cells run on.
bool notebook_is_main_thread(void);

/// Makes the executor with these two words the main actor's.
void notebook_set_main_executor(uintptr_t identity, uintptr_t implementation);

#pragma clang assume_nonnull end

#endif
