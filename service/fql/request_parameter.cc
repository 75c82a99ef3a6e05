// Reads the options of the fields of a filter.
#include "fql/request_parameter.h"

#include <algorithm>

#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/names.h"

namespace falcon::fql {
namespace {

using google::protobuf::FieldDescriptor;

bool IsFilter(const FieldDescriptor& field) {
  if (field.options().HasExtension(options::v1::typed_filter)) return true;
  const bool text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text && field.name() != "fql" && field.name() != "query";
}

bool ComparesWith(const FieldDescriptor& field, std::string_view fql_field, bool last_level) {
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
  const FieldDescriptor* filter = request == nullptr ? nullptr : request->FindFieldByName("filter");
  if (filter == nullptr || filter->message_type() == nullptr || fql_field.empty()) return "";
  const std::string name = Lower(LastLevel(fql_field));
  const auto first = [filter](auto fits) -> std::string {
    for (int i = 0; i < filter->message_type()->field_count(); ++i) {
      const FieldDescriptor& field = *filter->message_type()->field(i);
      if (IsFilter(field) && fits(field)) return StrCat("filter.", field.name());
    }
    return "";
  };
  std::string exact =
      first([&](const FieldDescriptor& field) { return ComparesWith(field, fql_field, false); });
  if (!exact.empty()) return exact;
  std::string called = first([&](const FieldDescriptor& field) { return IsCalled(field, name); });
  if (!called.empty() || IsGeneral(name)) return called;
  return first([&](const FieldDescriptor& field) { return ComparesWith(field, fql_field, true); });
}

}  // namespace falcon::fql
