// Signals: traps are survived, interrupts leave the cell.
//
// A trap on the main thread goes back to the worker's loop; one on another thread parks that thread, as nobody knows what
// its frames hold, and the main thread leaves the cell.
//
// An interrupt leaves at once where the main thread runs the notebook's own code or waits in a system call. In the code
// of a library it may hold locks, so there the notebook's code is made unrunnable, and the return into it faults.
#define _GNU_SOURCE
#include "worker.h"

#include <dlfcn.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

atomic_int signals_leaving;
pthread_t main_thread;

// The kernel interrupts by SIGUSR1: SIGINT is left to libraries, which may take it and end the process at the second.
enum { INTERRUPT = SIGUSR1, NUDGE = SIGUSR2 };

static uintptr_t program_counter(const ucontext_t *context) {
#if defined(__x86_64__)
  return (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
  return (uintptr_t)context->uc_mcontext.pc;
#else
#error "the worker knows x86-64 and 64-bit Arm"
#endif
}

/// Whether the instruction here, or the one before, calls the system.
static bool is_at_system_call(uintptr_t address) {
#if defined(__x86_64__)
  const unsigned char *code = (const unsigned char *)address;
  return (code[0] == 0x0f && code[1] == 0x05) || (code[-2] == 0x0f && code[-1] == 0x05);
#else
  const uint32_t *code = (const uint32_t *)address;
  return code[0] == 0xd4000001 || code[-1] == 0xd4000001;  // svc #0
#endif
}

static bool stack_may_be_left(void) {
  struct stack stack;
  stack_record(&stack);
  for (int index = 0; index < stack.count; index++)
    if (!code_may_be_left((uintptr_t)stack.frames[index])) return false;
  return true;
}

static atomic_int interrupted_cell;

bool signals_have_interrupted(int cell) { return atomic_load(&interrupted_cell) == cell; }

/// The signal brings the number of the cell that it is meant for: that may not have begun yet, or have ended.
static void on_interrupt(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  atomic_store(&interrupted_cell, info->si_value.sival_int);
  bool is_meant = atomic_load(&cell_is_running) && signals_have_interrupted(atomic_load(&cell_number));
  if (!is_meant && !atomic_load(&cell_job_is_running)) return;
  int none = 0;
  atomic_compare_exchange_strong(&signals_leaving, &none, INTERRUPTED);
  watcher_wake();
}

static void on_nudge(int number, siginfo_t *info, void *context) {
  (void)number, (void)info;
  if (!pthread_equal(pthread_self(), main_thread)) return;
  int how = atomic_load(&signals_leaving);
  if (!how || !atomic_load(&cell_has_boundary)) return;
  uintptr_t address = program_counter(context);
  if (code_contains(address) || (is_at_system_call(address) && stack_may_be_left())) {
    code_set_runnable(true);
    cell_leave((enum ending)how);
  }
  code_set_runnable(false);
}

void signals_nudge(void) { pthread_kill(main_thread, NUDGE); }

/// Whether the notebook's code faulted because it was made unrunnable.
static bool is_blocked_code(int number, const siginfo_t *info, uintptr_t address) {
  return number == SIGSEGV && (uintptr_t)info->si_addr == address && code_contains(address);
}

static void record_trap(int number, uintptr_t address) {
  stack_record(&cell_trap_stack);
  atomic_store(&cell_trap_signal, number);
  // The address of the trap itself is no return address; one more makes up for the one less when it is looked up.
  for (int index = 0; index < cell_trap_stack.count; index++)
    if ((uintptr_t)cell_trap_stack.frames[index] == address) cell_trap_stack.frames[index] = (void *)(address + 1);
}

static void mask_interrupt(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, INTERRUPT);
  pthread_sigmask(how, &set, NULL);
}

void signals_take_interrupts(void) { mask_interrupt(SIG_UNBLOCK); }

/// Whether a stack is that of a thread of libdispatch's pool, of which there are only so many.
static bool is_of_pool(const struct stack *stack) {
  if (stack->count == MAX_FRAMES) return true;  // the frames that would tell are beyond
  for (int index = stack->count - 1; index >= 0 && index >= stack->count - 4; index--) {
    Dl_info info;
    if (dladdr(stack->frames[index], &info) && info.dli_fname && strstr(info.dli_fname, "libdispatch.so")) return true;
  }
  return false;
}

void signals_count_lost_thread(void) {
  struct stack stack;
  stack_record(&stack);
  if (is_of_pool(&stack)) atomic_fetch_add(&cell_lost_threads, 1);
}

static void on_trap(int number, siginfo_t *info, void *context) {
  uintptr_t address = program_counter(context);
  bool is_main = pthread_equal(pthread_self(), main_thread);
  if (is_blocked_code(number, info, address)) {
    int how = atomic_load(&signals_leaving);
    if (is_main && how && atomic_load(&cell_has_boundary)) {
      code_set_runnable(true);
      cell_leave((enum ending)how);
    }
    if (is_main) code_set_runnable(true);
    sched_yield();  // another thread tries again until the main one has left
    return;
  }
  if (is_main && atomic_load(&cell_has_boundary)) {
    record_trap(number, address);
    code_set_runnable(true);
    cell_leave(TRAPPED);
  }
  if (is_main) {  // not in a cell: the worker itself is broken, and the kernel replaces it
    signal(number, SIG_DFL);
    return;
  }
  record_trap(number, address);
  signals_count_lost_thread();
  if (atomic_load(&cell_is_running)) atomic_store(&signals_leaving, TRAPPED_ELSEWHERE);
  watcher_wake();
  for (;;) pause();
}

void signals_install(void) {
  main_thread = pthread_self();
  // A stack of its own, for handlers have to run when the cell's has overflown.
  size_t size = 1 << 18;
  stack_t alternate = {.ss_sp = malloc(size), .ss_size = size};
  sigaltstack(&alternate, NULL);

  struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigemptyset(&action.sa_mask);
  const int traps[] = {SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE};
  for (size_t index = 0; index < sizeof traps / sizeof traps[0]; index++) sigaction(traps[index], &action, NULL);

  action.sa_sigaction = on_nudge;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  sigaction(NUDGE, &action, NULL);

  action.sa_sigaction = on_interrupt;
  sigaction(INTERRUPT, &action, NULL);
  mask_interrupt(SIG_BLOCK);
  signal(SIGINT, SIG_IGN);  // Ctrl-C in Jupyter's terminal is meant for Jupyter
  signal(SIGPIPE, SIG_IGN);
}
