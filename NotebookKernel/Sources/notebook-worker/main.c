// The process in which cells run: notebook-worker SUPPORT-LIBRARY CONTROL REPLIES.
//
// It links nothing: the support library is loaded so that cells and packages, loaded after it, share its one copy.
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // a cell must not outlive the kernel
  void *support = count == 4 ? dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
  int (*serve)(int, int) = support ? dlsym(support, "notebook_serve") : NULL;
  if (!serve) {
    fprintf(stderr, "notebook-worker: %s\n", count == 4 ? dlerror() : "it is started by notebook-kernel");
    return 1;
  }
  return serve(atoi(arguments[2]), atoi(arguments[3]));
}
