// What the C files of the worker share.
#ifndef WORKER_H
#define WORKER_H

#include "CNotebookWorker.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <ucontext.h>

// The calling convention of Swift functions.
#define SWIFT_CALL __attribute__((swiftcall))

/// How a cell came to its end; the letters are those of the record `D`.
enum ending {
  ENDED = 'e',           // after its last statement
  THREW = 't',           // an error left it
  TRAPPED = 'x',         // on the main thread
  TRAPPED_ELSEWHERE = 'b',  // on a thread of the pool, which is lost
  INTERRUPTED = 'i',
  EXITED = 'q',          // it called exit
  OVERDUE = 'o',         // only work between cells: it kept the next cell waiting
  UNLOADABLE = 'u',      // dlopen refused it
};

enum { MAX_FRAMES = 96 };

/// Return addresses, innermost first.
struct stack {
  int count;
  void *frames[MAX_FRAMES];
};

// cell.c

/// Loads the library of a cell, runs it, and reports its end to the kernel. An interrupt names the cell by its number.
void cell_run(const char *path, const char *entry, int number, bool is_async);

/// Leaves the running cell, or the job between cells; never returns. On the main thread only.
_Noreturn void cell_leave(enum ending how);

/// Runs a job of the main queue. Between cells a trap ends the job only; in a cell it ends the cell.
void cell_guard(void (*body)(void *), void *context);

/// Whether a cell runs now, or between cells a job that may be left.
extern atomic_bool cell_is_running, cell_job_is_running;
/// The number of the cell that runs, or ran last.
extern atomic_int cell_number;
extern atomic_bool cell_is_async;
/// Whether the main thread can leave to somewhere.
extern atomic_bool cell_has_boundary;
/// The stack where the latest trap was.
extern struct stack cell_trap_stack;
extern atomic_int cell_trap_signal;
/// Threads of the pool that a trap has parked for ever.
extern atomic_int cell_lost_threads;
/// The task of the running asynchronous cell.
extern _Atomic(void *) cell_task;

// thread_state.c

/// Keeps the runtime's thread-local state of the main thread.
void thread_state_save(void);

/// Puts it back, after frames were left that would have done so.
void thread_state_restore(void);

// code.c

/// Loads a library for all later ones to see; returns NULL or why not. Its code counts as the notebook's if `is_own`.
const char *code_load(const char *path, bool is_own, void **handle);

/// Whether an address lies in the code of cells and packages.
bool code_contains(uintptr_t address);

/// Whether code at this address may be left from a system call: the C library, Swift's, and the notebook's own. The
/// others (an OpenMP runtime, a BLAS) hold locks and teams of threads, and are waited for.
bool code_may_be_left(uintptr_t address);

/// Takes from, or gives back to, the notebook's code the right to run. A call from it that returns then faults, which is
/// the moment to leave.
void code_set_runnable(bool runnable);
extern atomic_bool code_is_blocked;

// stack.c

/// The stack of the calling thread.
void stack_record(struct stack *stack);

/// As text: one line a frame of the notebook's own code, with library and offset.
char *stack_text(const struct stack *stack);

/// The stack where an error was thrown; NULL if it is not known.
const struct stack *stack_of_error(const void *error);
void stack_watch_errors(void);

// signals.c

void signals_install(void);
/// Has this thread take the kernel's interrupts; on the main one they would cut short what sleeps or waits there.
void signals_take_interrupts(void);
/// Counts this thread among those that the pool has lost for ever, if it is one of the pool.
void signals_count_lost_thread(void);
/// Whether an interrupt was meant for this cell, however early it came.
bool signals_have_interrupted(int cell);
/// Asks the main thread to leave the cell or job; called from the watcher's thread again and again until it has.
void signals_nudge(void);
extern atomic_int signals_leaving;  // an `enum ending`, or 0
extern pthread_t main_thread;

// watcher.c

/// Starts the thread that flushes what was printed, cancels tasks and nudges the main thread.
void watcher_start(void);
/// Wakes it; safe in a signal handler.
void watcher_wake(void);

// main_executor.c

/// An executor is two words to the runtime: the object, and its conformance.
struct executor {
  uintptr_t identity, implementation;
};
/// Runs a piece of a task; in the runtime.
extern SWIFT_CALL void swift_job_run(void *job, struct executor executor);

void main_executor_install(void);
/// Runs jobs until `descriptor` can be read.
void main_executor_run_until_readable(int descriptor);
/// Runs the jobs that wait now, so that none of them keeps a cell waiting that waits itself.
void main_executor_run_waiting(void);
/// Whether a cell waits for those jobs.
extern atomic_bool main_executor_delays_cell;

// main_queue.c

void main_queue_install(void);
/// Can be read when there is work in the queue.
int main_queue_descriptor(void);
/// Does that work.
void main_queue_drain(void *unused);

// records.c

void records_open(int control, int replies);
/// Whether the kernel has sent something that was not read yet.
bool records_are_waiting(void);
/// After a cell was left: gives back a lock that it may have held.
void records_recover(void);

// serve.c

void output_flush(void);

#endif
