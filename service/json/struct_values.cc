// Any JSON value as google.protobuf.Value.
#include "json/struct_values.h"

#include <cstdint>
#include <string>

#include "base/text.h"

namespace falcon::json {
namespace {

namespace dom = simdjson::dom;
using google::protobuf::ListValue;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int64_t kExact = int64_t{1} << 53;

void StoreInteger(int64_t number, Value& to) {
  if (number > kExact || number < -kExact) {
    to.set_string_value(StrCat(number));
  } else {
    to.set_number_value(static_cast<double>(number));
  }
}

// `from` outlives the loop, which a temporary would not.
void StoreList(const dom::array& from, ListValue& to, int depth) {
  for (dom::element element : from) StoreValue(element, *to.add_values(), depth);
}

}  // namespace

void StoreValue(dom::element from, Value& to, int depth) {
  switch (from.type()) {
    case dom::element_type::NULL_VALUE:
      return to.set_null_value(google::protobuf::NULL_VALUE);
    case dom::element_type::BOOL:
      return to.set_bool_value(from.get_bool().value_unsafe());
    case dom::element_type::INT64:
      return StoreInteger(from.get_int64().value_unsafe(), to);
    case dom::element_type::UINT64:
      return to.set_string_value(StrCat(from.get_uint64().value_unsafe()));
    case dom::element_type::DOUBLE:
      return to.set_number_value(from.get_double().value_unsafe());
    case dom::element_type::STRING:
      return to.set_string_value(std::string(from.get_string().value_unsafe()));
    case dom::element_type::OBJECT:
      if (depth >= kMaxValueDepth) return to.set_string_value(simdjson::to_string(from));
      return StoreStruct(from.get_object().value_unsafe(), *to.mutable_struct_value(), depth + 1);
    case dom::element_type::ARRAY:
      if (depth >= kMaxValueDepth) return to.set_string_value(simdjson::to_string(from));
      return StoreList(from.get_array().value_unsafe(), *to.mutable_list_value(), depth + 1);
  }
}

void StoreStruct(const dom::object& from, Struct& to, int depth) {
  for (const auto [key, value] : from) {
    Value& field = (*to.mutable_fields())[std::string(key)];
    field.Clear();  // a later duplicate replaces, never merges
    StoreValue(value, field, depth);
  }
}

}  // namespace falcon::json
