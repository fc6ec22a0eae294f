// Completion and documentation for the kernel: notebook-language LIBSOURCEKITD.
//
// It reads requests to the compiler's service (in the service's YAML) and writes its answers (JSON), each after its length
// in four bytes. A process of its own, as a compiler that stumbles over half-typed code must not take the kernel along. In C,
// as the service hands out structures by value.
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A value of the service's, as its header declares it.
typedef struct {
  uint64_t data[3];
} variant;

static void (*initialize)(void);
static void *(*make_request)(const char *yaml, char **error);
static void (*release_request)(void *request);
static void *(*send_request)(void *request);
static bool (*is_error)(void *response);
static variant (*value_of)(void *response);
static char *(*describe)(variant value);
static void (*dispose)(void *response);

/// Finds the functions in the library, which belongs to the toolchain and is known only at run time.
static bool load(const char *path) {
  void *library = dlopen(path, RTLD_NOW);
  if (!library) return false;
  initialize = dlsym(library, "sourcekitd_initialize");
  make_request = dlsym(library, "sourcekitd_request_create_from_yaml");
  release_request = dlsym(library, "sourcekitd_request_release");
  send_request = dlsym(library, "sourcekitd_send_request_sync");
  is_error = dlsym(library, "sourcekitd_response_is_error");
  value_of = dlsym(library, "sourcekitd_response_get_value");
  describe = dlsym(library, "sourcekitd_variant_json_description_copy");
  dispose = dlsym(library, "sourcekitd_response_dispose");
  return initialize && make_request && release_request && send_request && is_error && value_of && describe && dispose;
}

/// The service's answer in JSON, to be freed; NULL if it has none.
static char *answer(const char *yaml) {
  void *request = make_request(yaml, NULL);
  if (!request) return NULL;
  void *response = send_request(request);
  release_request(request);
  char *text = response && !is_error(response) ? describe(value_of(response)) : NULL;
  if (response) dispose(response);
  return text;
}

int main(int count, char **arguments) {
  if (count != 2 || !load(arguments[1])) {
    fprintf(stderr, "notebook-language: %s\n", count == 2 ? dlerror() : "it is started by notebook-kernel");
    return 1;
  }
  initialize();
  uint32_t length;
  while (fread(&length, 4, 1, stdin) == 1) {
    char *request = malloc((size_t)length + 1);
    if (!request || fread(request, 1, length, stdin) != length) return 1;
    request[length] = 0;
    char *result = answer(request);
    uint32_t size = result ? (uint32_t)strlen(result) : 0;
    fwrite(&size, 4, 1, stdout);
    fwrite(result ? result : "", 1, size, stdout);
    fflush(stdout);
    free(result);
    free(request);
  }
  return 0;
}
