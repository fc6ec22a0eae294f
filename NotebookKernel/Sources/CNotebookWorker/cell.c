// Runs one cell, and leaves it by whatever way it ends.
#define _GNU_SOURCE
#include "worker.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LAST_MARK = 1000000 };

atomic_bool cell_is_running, cell_job_is_running, cell_is_async, cell_has_boundary;
atomic_int cell_number;
struct stack cell_trap_stack;
atomic_int cell_trap_signal, cell_lost_threads;
_Atomic(void *) cell_task;

static sigjmp_buf boundary;
static atomic_int_fast64_t mark;
static int exit_code;
static char *error_text;   // type, a separator, description
static char *error_frames;
static uintptr_t entry_address;

/// Describes an error: its type, the byte 0x1f, and its text; to be freed. In Swift.
extern char *notebook_describe_error(const void *error);

void notebook_mark(int64_t position) { atomic_store(&mark, position); }

_Noreturn void cell_leave(enum ending how) {
  atomic_store(&cell_has_boundary, false);
  siglongjmp(boundary, how);
}

/// Sends how the cell ended: letter, mark, exit code or signal, lost threads, error, frames; 0x1e between them.
static void report(enum ending how, const char *text, const char *frames) {
  char *record = NULL;
  int number = how == EXITED ? exit_code : atomic_load(&cell_trap_signal);
  int length = asprintf(
      &record, "%c\x1e%lld\x1e%d\x1e%d\x1e%s\x1e%s", (char)how, (long long)atomic_load(&mark), number,
      atomic_load(&cell_lost_threads), text, frames);
  if (length < 0) return;
  notebook_send('D', record, (size_t)length);
  free(record);
}

static enum ending run(int (*entry)(int, char **), int number, bool is_async) {
  static char *arguments[] = {"notebook", NULL};
  atomic_store(&mark, -1);
  atomic_store(&signals_leaving, 0);
  atomic_store(&cell_task, NULL);
  atomic_store(&cell_trap_signal, 0);
  free(error_text), error_text = NULL;
  free(error_frames), error_frames = NULL;
  thread_state_save();
  int how = sigsetjmp(boundary, 1);
  if (how == 0) {
    atomic_store(&cell_has_boundary, true);
    atomic_store(&cell_is_async, is_async);
    atomic_store(&cell_number, number);
    atomic_store(&cell_is_running, true);
    // One that comes later finds the cell running.
    if (signals_have_interrupted(number)) cell_leave(INTERRUPTED);
    entry(1, arguments);
    how = ENDED;
  }
  atomic_store(&cell_is_running, false);
  atomic_store(&cell_is_async, false);
  atomic_store(&cell_has_boundary, false);
  if (how != ENDED || is_async) thread_state_restore();
  records_recover();
  // An interrupt that came as the cell ended, or was answered by returning early or an error, is still an interrupt.
  int leaving = atomic_exchange(&signals_leaving, 0);
  code_set_runnable(true);
  return (how == ENDED || how == THREW) && leaving ? (enum ending)leaving : (enum ending)how;
}

void cell_run(const char *path, const char *entry, int number, bool is_async) {
  void *library = NULL;
  const char *problem = code_load(path, true, &library);
  int (*function)(int, char **) = problem ? NULL : dlsym(library, entry);
  if (!function) {
    report(UNLOADABLE, problem ? problem : "the cell's library has no entry", "");
    return;
  }
  entry_address = (uintptr_t)function;
  if (is_async) main_executor_run_waiting();
  enum ending how = run(function, number, is_async);
  char *frames = how == TRAPPED || how == TRAPPED_ELSEWHERE ? stack_text(&cell_trap_stack) : NULL;
  report(how, error_text ? error_text : "", frames ? frames : error_frames ? error_frames : "");
  free(frames);
}

// Jobs of the main queue.

static sigjmp_buf job_boundary;

/// Tells the reader why a job between cells was left; a lock that it held may be that of the C library's streams.
static void report_job(int how) {
  const char *fate = how == TRAPPED       ? "has trapped"
                     : how == INTERRUPTED ? "was stopped by an interrupt"
                     : how == OVERDUE     ? "kept the main actor from the next cell, and was stopped (Task.detached runs beside cells)"
                                          : NULL;
  if (fate) dprintf(STDERR_FILENO, "Work that an earlier cell left behind %s.\n", fate);
}

void cell_guard(void (*body)(void *), void *context) {
  bool is_in_cell = atomic_load(&cell_is_running);
  if (!is_in_cell) {
    thread_state_save();
    atomic_store(&signals_leaving, 0);
  }
  int how = sigsetjmp(job_boundary, 1);
  if (how == 0) {
    if (!is_in_cell) {
      memcpy(boundary, job_boundary, sizeof boundary);
      atomic_store(&cell_has_boundary, true);
      atomic_store(&cell_job_is_running, true);
    }
    body(context);
  } else {
    thread_state_restore();
    records_recover();
    report_job(how);
  }
  if (is_in_cell) return;
  atomic_store(&cell_job_is_running, false);
  atomic_store(&cell_has_boundary, false);
  atomic_store(&signals_leaving, 0);
  code_set_runnable(true);
}

// Cells are linked with --wrap for each of these, so that they are called in the place of the runtime's functions.

static bool is_of_running_cell(uintptr_t address) {
  Dl_info caller, cell;
  return atomic_load(&cell_is_running) && dladdr((void *)address, &caller) && dladdr((void *)entry_address, &cell) &&
         caller.dli_fbase == cell.dli_fbase;
}

extern SWIFT_CALL void *swift_task_getCurrent(void);

/// Whether `exit` was called by an asynchronous cell that was left behind long ago and has now come to its end.
static bool is_late_ending(bool is_current) {
  if (is_current) return false;
  if (!atomic_load(&cell_is_running)) return true;
  return atomic_load(&cell_is_async) && swift_task_getCurrent() != atomic_load(&cell_task);
}

/// Top-level code that is asynchronous ends by calling `exit`; so does a cell that wants to end the program.
_Noreturn void __wrap_exit(int code) {
  if (!notebook_is_main_thread()) {
    exit_code = code;
    signals_count_lost_thread();
    if (atomic_load(&cell_is_running)) atomic_store(&signals_leaving, EXITED);
    watcher_wake();
    for (;;) pause();
  }
  if (!atomic_load(&cell_has_boundary)) _exit(code);
  bool is_current = is_of_running_cell((uintptr_t)__builtin_return_address(0));
  if (is_late_ending(is_current)) siglongjmp(job_boundary, ENDED);
  if (is_current && atomic_load(&mark) == LAST_MARK) cell_leave(ENDED);
  exit_code = code;
  cell_leave(EXITED);
}

/// An error that nobody caught. There may be nothing behind this call, in asynchronous code neither.
SWIFT_CALL void __wrap_swift_errorInMain(void *error) {
  if (is_late_ending(is_of_running_cell((uintptr_t)__builtin_return_address(0)))) siglongjmp(job_boundary, ENDED);
  error_frames = stack_text(stack_of_error(error));
  error_text = notebook_describe_error(error);
  cell_leave(THREW);
}

/// An asynchronous cell makes its task and runs the first piece of it by this call.
SWIFT_CALL void __wrap_swift_job_run(void *job, struct executor executor) {
  void *none = NULL;
  if (atomic_load(&cell_is_async) && notebook_is_main_thread()) atomic_compare_exchange_strong(&cell_task, &none, job);
  swift_job_run(job, executor);
}
