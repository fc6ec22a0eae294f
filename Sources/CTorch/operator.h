// An operator as the dispatcher knows it, with what each of its arguments takes.
#pragma once

#include "guard.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <string>
#include <vector>

namespace ctorch {

/// Which kinds of value an argument takes: one bit a kind.
enum Kind : uint32_t {
  kNone = 1 << 0,
  kTensor = 1 << 1,
  kInt = 1 << 2,
  kDouble = 1 << 3,
  kBool = 1 << 4,
  kString = 1 << 5,
  kDevice = 1 << 6,
  kGenerator = 1 << 7,
  kInts = 1 << 8,
  kDoubles = 1 << 9,
  kBools = 1 << 10,
  kTensors = 1 << 11,
  kOptionalTensors = 1 << 12,
  kScalars = 1 << 13,
  kOptionalScalars = 1 << 14,
};

}  // namespace ctorch

struct ct_operator {
  c10::OperatorHandle handle;
  std::string name;
  std::string schema;
  std::vector<uint32_t> accepts;
  std::vector<std::string> argument_types;
  std::vector<std::string> result_types;
};
