// Reads the `filters_on` and `singular` options of requests.
#include "fql/request_parameter.h"

#include <algorithm>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/names.h"

namespace falcon::fql {
namespace {

using google::protobuf::FieldDescriptor;

// Parameters of lists that say nothing about records.
bool IsFilter(const FieldDescriptor& field) {
  if (field.options().HasExtension(options::v1::typed_filter)) return true;
  constexpr std::string_view kOthers[] = {"filter", "order_by", "page_token", "resume_token",
                                          "query"};
  const bool text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text &&
         std::find(std::begin(kOthers), std::end(kOthers), field.name()) == std::end(kOthers);
}

bool FiltersOn(const FieldDescriptor& field, std::string_view fql_field, bool last_level) {
  const options::v1::TypedFilter& means = field.options().GetExtension(options::v1::typed_filter);
  const auto same = [&](std::string_view name) {
    return last_level ? LastLevel(name) == LastLevel(fql_field) : name == fql_field;
  };
  return same(means.field()) ||
         std::any_of(means.or_fields().begin(), means.or_fields().end(), same);
}

bool IsCalled(const FieldDescriptor& field, std::string_view name) {
  return field.name() == name || field.options().GetExtension(options::v1::singular_name) == name;
}

// A last level that says nothing without those above it.
bool IsGeneral(std::string_view name) {
  constexpr std::string_view kGeneral[] = {"id", "ids", "name", "type", "value", "status"};
  return std::find(std::begin(kGeneral), std::end(kGeneral), name) != std::end(kGeneral);
}

}  // namespace

std::string ParameterFor(std::string_view fql_field, const google::protobuf::Descriptor* request) {
  if (request == nullptr || fql_field.empty()) return "";
  const std::string name = Lower(LastLevel(fql_field));
  const auto first = [request](auto fits) -> std::string {
    for (int i = 0; i < request->field_count(); ++i) {
      const FieldDescriptor& field = *request->field(i);
      if (IsFilter(field) && fits(field)) return field.name();
    }
    return "";
  };
  std::string exact =
      first([&](const FieldDescriptor& field) { return FiltersOn(field, fql_field, false); });
  if (!exact.empty()) return exact;
  std::string called = first([&](const FieldDescriptor& field) { return IsCalled(field, name); });
  if (!called.empty() || IsGeneral(name)) return called;
  return first([&](const FieldDescriptor& field) { return FiltersOn(field, fql_field, true); });
}

}  // namespace falcon::fql
