// Calls through c10::Dispatcher. One frame is one call: its arguments are checked against the schema as they come, so
// that a wrong one is named instead of reaching a kernel.
#include "operator.h"

#include <ATen/core/ivalue.h>

#include <memory>
#include <optional>
#include <vector>

using namespace ctorch;
using c10::IValue;

struct ct_frame {
  ct_operator *op = nullptr;
  std::vector<IValue> stack;
  std::string error;

  /// Whether the next argument may be of this kind; the first one that may not is remembered.
  bool takes(Kind kind, const char *given) {
    size_t index = stack.size();
    if (!error.empty()) return false;
    if (index >= op->accepts.size()) {
      error = op->name + ": more than " + std::to_string(op->accepts.size()) + " arguments: " + op->schema;
      return false;
    }
    if (op->accepts[index] & kind) return true;
    const auto &argument = op->handle.schema().arguments()[index];
    error = op->name + ": argument " + std::to_string(index) + " '" + argument.name() + "' expects " +
            op->argument_types[index] + ", given " + given + ": " + op->schema;
    return false;
  }
};

namespace {

/// Frames of this thread that nobody uses, kept for their memory. A call that calls back takes another one, since
/// kernels hold references into the stack.
thread_local std::vector<std::unique_ptr<ct_frame>> pool;

void fill_defaults(ct_frame &frame) {
  const auto &arguments = frame.op->handle.schema().arguments();
  for (size_t i = frame.stack.size(); i < arguments.size(); i++) {
    const auto &value = arguments[i].default_value();
    TORCH_CHECK(value.has_value(), frame.op->name, ": misses argument '", arguments[i].name(), "': ", frame.op->schema);
    frame.stack.push_back(*value);
  }
}

IValue &result(ct_frame *frame, int64_t index) {
  TORCH_CHECK(index >= 0 && index < static_cast<int64_t>(frame->stack.size()), frame->op->name, ": has ",
              frame->stack.size(), " results, asked for number ", index, ": ", frame->op->schema);
  return frame->stack[index];
}

}  // namespace

ct_frame *ct_frame_begin(ct_operator *op) {
  std::unique_ptr<ct_frame> frame;
  if (pool.empty()) {
    frame = std::make_unique<ct_frame>();
    frame->stack.reserve(16);
  } else {
    frame = std::move(pool.back());
    pool.pop_back();
  }
  frame->op = op;
  return frame.release();
}

void ct_frame_end(ct_frame *frame) {
  frame->stack.clear();
  frame->error.clear();
  if (pool.size() < 16) pool.emplace_back(frame);
  else delete frame;
}

void ct_push_none(ct_frame *frame) {
  if (frame->takes(kNone, "nil")) frame->stack.emplace_back();
}

void ct_push_tensor(ct_frame *frame, ct_tensor *value) {
  if (frame->takes(kTensor, "Tensor")) frame->stack.emplace_back(tensor(value));
}

void ct_push_int(ct_frame *frame, int64_t value) {
  size_t index = frame->stack.size();
  bool as_double = index < frame->op->accepts.size() && !(frame->op->accepts[index] & kInt) &&
                   (frame->op->accepts[index] & kDouble);
  if (as_double) return ct_push_double(frame, static_cast<double>(value));
  if (frame->takes(kInt, "Int")) frame->stack.emplace_back(value);
}

void ct_push_double(ct_frame *frame, double value) {
  if (frame->takes(kDouble, "Double")) frame->stack.emplace_back(value);
}

void ct_push_bool(ct_frame *frame, int32_t value) {
  if (frame->takes(kBool, "Bool")) frame->stack.emplace_back(value != 0);
}

void ct_push_string(ct_frame *frame, const char *value) {
  if (frame->takes(kString, "String")) frame->stack.emplace_back(std::string(value));
}

void ct_push_device(ct_frame *frame, int32_t type, int32_t index) {
  if (!frame->takes(kDevice, "Device")) return;
  frame->stack.emplace_back(
      c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)));
}

void ct_push_generator(ct_frame *frame, ct_generator *value) {
  if (frame->takes(kGenerator, "Generator")) frame->stack.emplace_back(*generator(value));
}

void ct_push_ints(ct_frame *frame, const int64_t *values, int64_t count) {
  if (frame->takes(kInts, "[Int]")) frame->stack.emplace_back(at::IntArrayRef(values, count));
}

void ct_push_doubles(ct_frame *frame, const double *values, int64_t count) {
  size_t index = frame->stack.size();
  uint32_t accepts = index < frame->op->accepts.size() ? frame->op->accepts[index] : 0;
  if (accepts & (kScalars | kOptionalScalars)) {
    if (accepts & kScalars) {
      c10::List<at::Scalar> list;
      for (int64_t i = 0; i < count; i++) list.push_back(values[i]);
      frame->stack.emplace_back(std::move(list));
    } else {
      c10::List<std::optional<at::Scalar>> list;
      for (int64_t i = 0; i < count; i++) list.push_back(at::Scalar(values[i]));
      frame->stack.emplace_back(std::move(list));
    }
    return;
  }
  if (frame->takes(kDoubles, "[Double]")) frame->stack.emplace_back(at::ArrayRef<double>(values, count));
}

void ct_push_bools(ct_frame *frame, const uint8_t *values, int64_t count) {
  if (!frame->takes(kBools, "[Bool]")) return;
  c10::List<bool> list;
  for (int64_t i = 0; i < count; i++) list.push_back(values[i] != 0);
  frame->stack.emplace_back(std::move(list));
}

void ct_push_tensors(ct_frame *frame, ct_tensor *const *tensors, int64_t count) {
  size_t index = frame->stack.size();
  bool optional = index < frame->op->accepts.size() && (frame->op->accepts[index] & kOptionalTensors);
  if (optional) {
    c10::List<std::optional<at::Tensor>> list;
    for (int64_t i = 0; i < count; i++)
      list.push_back(tensors[i] ? std::optional<at::Tensor>(tensor(tensors[i])) : std::nullopt);
    frame->stack.emplace_back(std::move(list));
    return;
  }
  if (!frame->takes(kTensors, "[Tensor]")) return;
  c10::List<at::Tensor> list;
  list.reserve(count);
  for (int64_t i = 0; i < count; i++) list.push_back(tensor(tensors[i]));
  frame->stack.emplace_back(std::move(list));
}

int32_t ct_call(ct_frame *frame) {
  if (!frame->error.empty()) {
    set_error(frame->error);
    return 1;
  }
  return guarded(1, [&] {
    fill_defaults(*frame);
    frame->op->handle.callBoxed(frame->stack);
    return 0;
  });
}

ct_tensor *ct_take_tensor(ct_frame *frame, int64_t index) {
  return guarded(static_cast<ct_tensor *>(nullptr), [&] { return handle(std::move(result(frame, index)).toTensor()); });
}

int64_t ct_take_int(ct_frame *frame, int64_t index) {
  return guarded(static_cast<int64_t>(0), [&] {
    auto &value = result(frame, index);
    return value.isInt() ? value.toInt() : value.toScalar().to<int64_t>();
  });
}

double ct_take_double(ct_frame *frame, int64_t index) {
  return guarded(0.0, [&] { return result(frame, index).toScalar().to<double>(); });
}

int32_t ct_take_bool(ct_frame *frame, int64_t index) {
  return guarded(0, [&] {
    auto &value = result(frame, index);
    return (value.isBool() ? value.toBool() : value.toScalar().to<bool>()) ? 1 : 0;
  });
}

int64_t ct_take_tensors_count(ct_frame *frame, int64_t index) {
  return guarded(static_cast<int64_t>(0),
                 [&] { return static_cast<int64_t>(result(frame, index).toTensorList().size()); });
}

ct_tensor *ct_take_tensors_element(ct_frame *frame, int64_t index, int64_t element) {
  return guarded(static_cast<ct_tensor *>(nullptr),
                 [&] { return handle(result(frame, index).toTensorList().get(element)); });
}
