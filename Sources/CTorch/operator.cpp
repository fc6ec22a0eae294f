// Looking operators up, and what libtorch's schemas say of them.
#include "operator.h"

#include <ATen/core/jit_type.h>

#include <memory>
#include <mutex>
#include <unordered_map>

using namespace ctorch;

namespace {

uint32_t list_kinds(const c10::TypePtr &element) {
  switch (element->kind()) {
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType: return kInts;
    case c10::TypeKind::FloatType: return kDoubles;
    case c10::TypeKind::BoolType: return kBools;
    case c10::TypeKind::TensorType: return kTensors;
    case c10::TypeKind::NumberType: return kScalars;
    case c10::TypeKind::OptionalType: {
      auto inner = element->castRaw<c10::OptionalType>()->getElementType();
      if (inner->kind() == c10::TypeKind::TensorType) return kOptionalTensors;
      if (inner->kind() == c10::TypeKind::NumberType) return kOptionalScalars;
      return 0;
    }
    default: return 0;
  }
}

uint32_t kinds(const c10::TypePtr &type) {
  switch (type->kind()) {
    case c10::TypeKind::OptionalType:
      return kNone | kinds(type->castRaw<c10::OptionalType>()->getElementType());
    case c10::TypeKind::TensorType: return kTensor;
    case c10::TypeKind::IntType:
    case c10::TypeKind::SymIntType: return kInt;
    case c10::TypeKind::FloatType: return kDouble;
    case c10::TypeKind::BoolType: return kBool;
    case c10::TypeKind::NumberType: return kInt | kDouble | kBool;
    case c10::TypeKind::StringType: return kString;
    case c10::TypeKind::DeviceObjType: return kDevice;
    case c10::TypeKind::GeneratorType: return kGenerator;
    case c10::TypeKind::ListType: return list_kinds(type->castRaw<c10::ListType>()->getElementType());
    default: return 0;
  }
}

}  // namespace

ct_operator *ct_operator_find(const char *name, const char *overload) {
  return guarded(static_cast<ct_operator *>(nullptr), [&]() -> ct_operator * {
    static std::mutex mutex;
    static std::unordered_map<std::string, std::unique_ptr<ct_operator>> known;
    std::string full = *overload ? std::string(name) + "." + overload : std::string(name);
    std::lock_guard<std::mutex> lock(mutex);
    auto &entry = known[full];
    if (entry) return entry.get();
    auto found = c10::Dispatcher::singleton().findSchema({name, overload});
    TORCH_CHECK(found.has_value(), full, ": libtorch has no such operator");
    auto op = std::unique_ptr<ct_operator>(new ct_operator{*found, full, {}, {}, {}, {}});
    const auto &schema = found->schema();
    op->schema = c10::toString(schema);
    for (const auto &argument : schema.arguments()) {
      op->accepts.push_back(kinds(argument.type()));
      op->argument_types.push_back(argument.real_type()->str());
    }
    for (const auto &value : schema.returns()) op->result_types.push_back(value.real_type()->str());
    entry = std::move(op);
    return entry.get();
  });
}

const char *ct_operator_schema(ct_operator *op) { return op->schema.c_str(); }
int64_t ct_operator_argument_count(ct_operator *op) { return static_cast<int64_t>(op->argument_types.size()); }
const char *ct_operator_argument_type(ct_operator *op, int64_t index) { return op->argument_types.at(index).c_str(); }
int32_t ct_operator_argument_has_default(ct_operator *op, int64_t index) {
  return op->handle.schema().arguments().at(index).default_value().has_value() ? 1 : 0;
}
int64_t ct_operator_result_count(ct_operator *op) { return static_cast<int64_t>(op->result_types.size()); }
const char *ct_operator_result_type(ct_operator *op, int64_t index) { return op->result_types.at(index).c_str(); }
