// The whole door between Swift and libtorch: a C ABI over PyTorch's dispatcher.
//
// Conventions
// - Only fixed-width integers, doubles and pointers cross it.
// - A function that can fail returns a status (0 is success) or NULL; `ct_error_message` then says why, on this thread.
//   No C++ exception ever leaves.
// - A `ct_tensor *` that a function returns belongs to the caller, who calls `ct_tensor_release`. Arguments are borrowed.
// - Scalar types are c10's codes (6 float32, 15 bfloat16, 4 int64, ...), device types are c10's (0 CPU, 1 CUDA, 13 MPS).
#ifndef CTORCH_H
#define CTORCH_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor ct_tensor;        // a tensor: a counted reference to its TensorImpl
typedef struct ct_operator ct_operator;    // an operator of the dispatcher; lives for ever
typedef struct ct_frame ct_frame;          // the arguments, then the results, of one call
typedef struct ct_generator ct_generator;  // a random number generator
typedef struct ct_reducer ct_reducer;      // what averages gradients over processes
typedef struct ct_process_group ct_process_group;  // several processes that compute together

const char *ct_error_message(void);

// Tensors
void ct_tensor_retain(ct_tensor *tensor);
void ct_tensor_release(ct_tensor *tensor);
int64_t ct_tensor_dim(ct_tensor *tensor);
int64_t ct_tensor_count(ct_tensor *tensor);
void ct_tensor_shape(ct_tensor *tensor, int64_t *shape);
int32_t ct_tensor_strides(ct_tensor *tensor, int64_t *strides);
int32_t ct_tensor_scalar_type(ct_tensor *tensor);
int64_t ct_tensor_item_size(ct_tensor *tensor);
void ct_tensor_device(ct_tensor *tensor, int32_t *type, int32_t *index);
int32_t ct_tensor_is_contiguous(ct_tensor *tensor, int32_t memory_format);
int64_t ct_tensor_version(ct_tensor *tensor);  // counts in-place changes; -1 where they are not counted
void *ct_tensor_data(ct_tensor *tensor);       // NULL where the elements are not in this process's memory
// A tensor over memory that somebody else owns; `release(context)` is called once, when the last view is gone.
ct_tensor *ct_tensor_from_blob(void *data, const int64_t *shape, int64_t dim, int32_t scalar_type,
                               void (*release)(void *context), void *context);

// Operators
ct_operator *ct_operator_find(const char *name, const char *overload);
const char *ct_operator_schema(ct_operator *op);
int64_t ct_operator_argument_count(ct_operator *op);
const char *ct_operator_argument_type(ct_operator *op, int64_t index);  // as in the schema: "Tensor?", "int[]"
int32_t ct_operator_argument_has_default(ct_operator *op, int64_t index);
int64_t ct_operator_result_count(ct_operator *op);
const char *ct_operator_result_type(ct_operator *op, int64_t index);

// Calls: begin, push every argument in order (a missing tail takes the schema's defaults), call, take results, end.
ct_frame *ct_frame_begin(ct_operator *op);
void ct_frame_end(ct_frame *frame);
void ct_push_none(ct_frame *frame);
void ct_push_tensor(ct_frame *frame, ct_tensor *tensor);
void ct_push_int(ct_frame *frame, int64_t value);
void ct_push_double(ct_frame *frame, double value);
void ct_push_bool(ct_frame *frame, int32_t value);
void ct_push_string(ct_frame *frame, const char *value);
void ct_push_device(ct_frame *frame, int32_t type, int32_t index);
void ct_push_generator(ct_frame *frame, ct_generator *generator);
void ct_push_ints(ct_frame *frame, const int64_t *values, int64_t count);
void ct_push_doubles(ct_frame *frame, const double *values, int64_t count);
void ct_push_bools(ct_frame *frame, const uint8_t *values, int64_t count);
void ct_push_tensors(ct_frame *frame, ct_tensor *const *tensors, int64_t count);  // NULL elements where `Tensor?[]`
int32_t ct_call(ct_frame *frame);
ct_tensor *ct_take_tensor(ct_frame *frame, int64_t index);  // NULL: an undefined tensor
int64_t ct_take_int(ct_frame *frame, int64_t index);
double ct_take_double(ct_frame *frame, int64_t index);
int32_t ct_take_bool(ct_frame *frame, int64_t index);
int64_t ct_take_tensors_count(ct_frame *frame, int64_t index);
ct_tensor *ct_take_tensors_element(ct_frame *frame, int64_t index, int64_t element);

// Autograd
int32_t ct_backward(ct_tensor *const *roots, ct_tensor *const *gradients, int64_t count, int32_t retain_graph,
                    int32_t create_graph);
// Gradients of `outputs` for `inputs`, into `results`; NULL for an input that was not used (an error unless allowed).
int32_t ct_gradients(ct_tensor *const *outputs, ct_tensor *const *gradients, int64_t output_count,
                     ct_tensor *const *inputs, int64_t input_count, int32_t retain_graph, int32_t create_graph,
                     int32_t allow_unused, ct_tensor **results);
// A tensor that shares `output`'s elements and is made of `input` as far as backward passes see. These call `function` with
// the gradient of the result, whose reference they give away, and take the gradient of the input (or NULL) from it; it
// returns 0, or anything else for a failure. `release` is called with the context once, when the graph is gone.
typedef int32_t (*ct_backward_function)(void *context, ct_tensor *gradient, ct_tensor **result);
typedef void (*ct_release_function)(void *context);
ct_tensor *ct_tensor_attach(ct_tensor *output, ct_tensor *input, ct_backward_function function,
                            ct_release_function release, void *context);
int32_t ct_tensor_requires_grad(ct_tensor *tensor);
int32_t ct_tensor_set_requires_grad(ct_tensor *tensor, int32_t value);
int32_t ct_tensor_is_leaf(ct_tensor *tensor);
ct_tensor *ct_tensor_grad(ct_tensor *tensor);  // NULL where there is none
int32_t ct_tensor_set_grad(ct_tensor *tensor, ct_tensor *gradient);

// Modes of this thread
int32_t ct_grad_mode(void);
void ct_set_grad_mode(int32_t enabled);
void *ct_inference_mode_begin(void);
void ct_inference_mode_end(void *guard);
int32_t ct_autocast_enabled(int32_t device_type);
int32_t ct_autocast_scalar_type(int32_t device_type);
int32_t ct_autocast_begin(int32_t device_type, int32_t enabled, int32_t scalar_type);
void ct_autocast_end(int32_t device_type, int32_t was_enabled, int32_t scalar_type);

// Linear layers: whether oneDNN computes large float32 ones, as this processor or FOVEA_LINEAR says, until set.
int32_t ct_linear_uses_onednn(void);
void ct_linear_set_uses_onednn(int32_t value);

// Whether convolutions in a type, channels last, run by the kernels of this library where these are faster.
int32_t ct_convolution_uses_own(int32_t dtype);

// Memory of tensors on the CPU: bytes in blocks of 64 KiB and more
typedef struct {
  int64_t in_use, peak_in_use;  // that tensors have
  int64_t cached, limit;        // that are kept for the next ones, and how many may be
  int64_t hits, misses;         // how often a block was found, and had to be made
} ct_memory_counts;
int32_t ct_memory_is_cached(void);  // 0 where FOVEA_CPU_CACHE=off leaves it to libtorch's allocator
ct_memory_counts ct_memory_get_counts(void);
void ct_memory_empty_cache(void);
void ct_memory_set_limit(int64_t bytes);

// Random numbers
ct_generator *ct_generator_make(int32_t device_type, int32_t device_index, uint64_t seed);
ct_generator *ct_generator_default(int32_t device_type, int32_t device_index);
void ct_generator_release(ct_generator *generator);
int32_t ct_generator_set_seed(ct_generator *generator, uint64_t seed);
uint64_t ct_generator_seed(ct_generator *generator);
ct_tensor *ct_generator_state(ct_generator *generator);  // a byte tensor
int32_t ct_generator_set_state(ct_generator *generator, ct_tensor *state);

// Several processes, over c10d and Gloo: tensors on the CPU. All of them call the same functions in the same order.
int32_t ct_distributed_is_available(void);  // 0 where this libtorch has no c10d; all else fails then
// Blocks until all have come, which meet at a store; `is_server` says whether it is this process's. Milliseconds.
ct_process_group *ct_process_group_make(const char *address, int32_t port, int32_t rank, int32_t size,
                                        int32_t is_server, const char *prefix, int64_t timeout);
void ct_process_group_release(ct_process_group *group);
// Replaces the elements by the sum (operation 0), the mean (1) or the largest (2) of all processes', or by process 0's.
int32_t ct_process_group_all_reduce(ct_process_group *group, ct_tensor *tensor, int32_t operation);
int32_t ct_process_group_broadcast(ct_process_group *group, ct_tensor *tensor);
int32_t ct_process_group_barrier(ct_process_group *group);
// In each backward pass that `prepare` was called before, gradients become their means over the processes.
ct_reducer *ct_reducer_make(ct_process_group *group, ct_tensor *const *parameters, int64_t count);
int32_t ct_reducer_prepare(ct_reducer *reducer);
int32_t ct_reducer_check(ct_reducer *reducer);  // after the pass: fails where a parameter got no gradient
void ct_reducer_release(ct_reducer *reducer);

// The machine
const char *ct_version(void);
const char *ct_build_configuration(void);
const char *ct_cpu_capability(void);
int32_t ct_cpu_has_fast_bfloat16(void);
int32_t ct_device_count(int32_t device_type);  // 0 where this libtorch or this machine has none
int32_t ct_device_synchronize(int32_t device_type);
int32_t ct_default_scalar_type(void);
int32_t ct_set_default_scalar_type(int32_t scalar_type);
int32_t ct_threads(void);
void ct_set_threads(int32_t count);
int32_t ct_set_deterministic(int32_t enabled);
int32_t ct_is_deterministic(void);

#ifdef __cplusplus
}
#endif
#endif
