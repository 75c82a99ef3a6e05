// Reads the names from a request, and compares those of a record.
#include "fql/name_filter.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/letter_case.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "fql/filter_compiler.h"

namespace falcon::fql {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Visit = std::function<void(const std::string& text)>;

void VisitTexts(const Message& message, const FieldDescriptor& field, const Visit& visit) {
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    if (reflection.HasField(message, &field)) visit(reflection.GetString(message, &field));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    visit(reflection.GetRepeatedString(message, &field, i));
  }
}

// All texts at `path`, from its element `at` on.
void VisitPath(const Message& message, const NameFilter::Path& path, size_t at,
               const Visit& visit) {
  const FieldDescriptor& field = *path[at];
  const auto& reflection = *message.GetReflection();
  if (at + 1 == path.size()) {
    VisitTexts(message, field, visit);
  } else if (!field.is_repeated()) {
    if (!reflection.HasField(message, &field)) return;
    VisitPath(reflection.GetMessage(message, &field), path, at + 1, visit);
  } else {
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      VisitPath(reflection.GetRepeatedMessage(message, &field, i), path, at + 1, visit);
    }
  }
}

bool IsName(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         field.options().GetExtension(options::v1::typed_filter).operator_() ==
             options::v1::FILTER_OPERATOR_NAME;
}

// The record fields that a typed filter compares; none, if one of its FQL fields is in no record.
std::vector<NameFilter::Path> PathsOf(const options::v1::TypedFilter& means,
                                      const Catalogue& catalogue) {
  std::vector<std::string> names = {means.field()};
  names.insert(names.end(), means.or_fields().begin(), means.or_fields().end());
  std::vector<NameFilter::Path> paths;
  for (const std::string& name : names) {
    const Field* field = catalogue.Find(name);
    const bool text = field != nullptr && !field->path.empty() &&
                      field->path.back()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (!text) return {};
    paths.push_back(field->path);
  }
  return paths;
}

// The fields of the request's filter that ask for a name.
std::vector<std::pair<const Message*, const FieldDescriptor*>> NamesOf(const Message& request) {
  std::vector<std::pair<const Message*, const FieldDescriptor*>> names;
  const Message* filter = FilterOf(request);
  if (filter == nullptr) return names;
  std::vector<const FieldDescriptor*> fields;
  filter->GetReflection()->ListFields(*filter, &fields);
  for (const FieldDescriptor* field : fields) {
    if (IsName(*field)) names.emplace_back(filter, field);
  }
  return names;
}

bool HasStar(const std::string& text) { return text.find('*') != std::string::npos; }

}  // namespace

bool YieldsRecords(const Descriptor& request) {
  return request.FindFieldByName("read_mask") != nullptr;
}

NameFilter::NameFilter(const Message& request, const Catalogue& catalogue) {
  for (const auto& [filter, name_field] : NamesOf(request)) {
    const FieldDescriptor& field = *name_field;
    Condition condition;
    bool star = false;
    VisitTexts(*filter, field, [&](const std::string& name) {
      star = star || HasStar(name);
      condition.names.push_back(FoldCase(name));
    });
    if (condition.names.empty() || star) continue;
    condition.paths = PathsOf(field.options().GetExtension(options::v1::typed_filter), catalogue);
    if (condition.paths.empty()) continue;
    paths_.insert(paths_.end(), condition.paths.begin(), condition.paths.end());
    conditions_.push_back(std::move(condition));
  }
}

bool NameFilter::Matches(const Message& record) const {
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    bool named = false;
    bool equal = false;
    for (const Path& path : condition.paths) {
      VisitPath(record, path, 0, [&](const std::string& text) {
        if (text.empty() || equal) return;
        named = true;
        equal = std::ranges::find(condition.names, FoldCase(text)) != condition.names.end();
      });
    }
    return equal || !named;
  });
}

std::vector<std::string> CaseSensitiveFields(const Message& request) {
  std::vector<std::string> fields;
  if (YieldsRecords(*request.GetDescriptor())) return fields;
  for (const auto& [filter, field] : NamesOf(request)) {
    bool cased = false;
    VisitTexts(*filter, *field, [&cased](const std::string& text) {
      cased = cased || UpperCase(text) != LowerCase(text);
    });
    if (cased) fields.push_back(StrCat("filter.", field->name()));
  }
  return fields;
}

}  // namespace falcon::fql
