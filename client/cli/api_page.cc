// Walks the descriptors.
#include "cli/api_page.h"

#include <map>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using options::v1::TypedFilter;

constexpr std::string_view kTop =
    "# The API\n\n"
    "What `proto/falcon_gateway/v1` says. This page is what `fgctl api` prints; a test keeps it in "
    "step with the protos.\n"
    "Fields in **bold** are required. Fields of records stand in the protos and in `fgctl describe "
    "NOUN`; fields of FQL in\n"
    "[FQL.md](../proto/FQL.md).\n";

// Of a cell of a table.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char c : text) {
    if (c == '|') cell.push_back('\\');
    cell.push_back(c == '\n' ? ' ' : c);
  }
  return cell;
}

std::string TypeOf(const FieldDescriptor& field) {
  std::string type = field.type_name();
  if (field.message_type() != nullptr) type = field.message_type()->name();
  if (field.enum_type() != nullptr) type = field.enum_type()->name();
  return field.is_repeated() ? StrCat("repeated ", type) : type;
}

std::string LimitsOf(const FieldDescriptor& field) {
  const options::v1::Bounds& bounds = field.options().GetExtension(options::v1::bounds);
  std::vector<std::string> limits;
  if (bounds.max_items() > 0) limits.push_back(StrCat(bounds.max_items(), " items"));
  if (bounds.max_bytes() > 0) limits.push_back(StrCat(bounds.max_bytes(), " bytes"));
  if (bounds.max() > 0) limits.push_back(StrCat("at most ", static_cast<int>(bounds.max())));
  return Join(limits, ", ");
}

// What a condition on one FQL field looks like.
std::string Condition(const std::string& fql, const FieldDescriptor& field,
                      const TypedFilter& typed) {
  const bool range = field.message_type() != nullptr && field.message_type()->name() == "TimeRange";
  switch (typed.operator_()) {
    case options::v1::FILTER_OPERATOR_AT_LEAST:
      return fql + ":>=";
    case options::v1::FILTER_OPERATOR_AT_MOST:
      return fql + ":<=";
    case options::v1::FILTER_OPERATOR_MATCHES:
      return fql + ":~";
    case options::v1::FILTER_OPERATOR_WITHIN_DAYS:
      return fql + ":>= that many days ago";
    case options::v1::FILTER_OPERATOR_EQUAL_UPPER_OR_LOWER:
    case options::v1::FILTER_OPERATOR_NAME:
      return fql + ":[as given, upper case, lower case]";
    default:
      return range ? StrCat(fql, ":>= start, ", fql, ":< end") : fql + ":";
  }
}

std::string FqlOf(const FieldDescriptor& field) {
  if (!field.options().HasExtension(options::v1::typed_filter)) return {};
  const TypedFilter& typed = field.options().GetExtension(options::v1::typed_filter);
  std::vector<std::string> conditions = {Condition(typed.field(), field, typed)};
  for (const std::string& other : typed.or_fields()) {
    conditions.push_back(Condition(other, field, typed));
  }
  return StrCat("`", Join(conditions, "` or `"), "`");
}

std::string FilterTable(const Descriptor& filter) {
  std::string table = StrCat("\n### ", filter.name(), "\n\n",
                             "| field | type | in FQL | what |\n| --- | --- | --- | --- |\n");
  for (int i = 0; i < filter.field_count(); ++i) {
    const FieldDescriptor& field = *filter.field(i);
    table += StrCat("| `", field.name(), "` | ", TypeOf(field), " | ", Cell(FqlOf(field)), " | ",
                    Cell(CommentOf(field)), " |\n");
  }
  return table;
}

std::string RequestLine(const Descriptor& request) {
  std::vector<std::string> fields;
  for (int i = 0; i < request.field_count(); ++i) {
    const FieldDescriptor& field = *request.field(i);
    const bool required = field.options().GetExtension(options::v1::required);
    const std::string limits = LimitsOf(field);
    fields.push_back(StrCat(required ? "**`" : "`", field.name(), required ? "`**" : "`",
                            limits.empty() ? "" : StrCat(" (", limits, ")")));
  }
  return fields.empty() ? "none" : Join(fields, ", ");
}

std::string ScopesOf(const MethodDescriptor& method) {
  const options::v1::Upstream& upstream = method.options().GetExtension(options::v1::upstream);
  if (upstream.operations().empty()) return "none";
  if (upstream.scopes().empty()) {
    return method.service()->options().GetExtension(options::v1::scope);
  }
  return Join({upstream.scopes().begin(), upstream.scopes().end()}, ", ");
}

std::string ServiceSection(const ServiceDescriptor& service) {
  std::string section = StrCat("\n### ", service.name(), "\n\n", CommentOf(service), "\n\n",
                               "| method | request fields | API scopes | what |\n"
                               "| --- | --- | --- | --- |\n");
  for (int i = 0; i < service.method_count(); ++i) {
    const MethodDescriptor& method = *service.method(i);
    section += StrCat("| `", method.name(), "`", method.server_streaming() ? " (stream)" : "",
                      " | ", RequestLine(*method.input_type()), " | ", Cell(ScopesOf(method)),
                      " | ", Cell(CommentOf(method)), " |\n");
  }
  return section;
}

std::string ReasonTable(const EnumDescriptor& type, std::string_view prefix) {
  std::string table = "| reason | what |\n| --- | --- |\n";
  for (int i = 1; i < type.value_count(); ++i) {
    table += StrCat("| `", type.value(i)->name().substr(prefix.size()), "` | ",
                    Cell(CommentOf(*type.value(i))), " |\n");
  }
  return table;
}

}  // namespace

std::string ApiPage(const Catalog& catalog) {
  std::map<std::string, const ServiceDescriptor*> services;
  std::map<std::string, const Descriptor*> filters;
  for (const Noun& noun : catalog.nouns()) {
    for (const Method& method : noun.methods) {
      services.emplace(method.descriptor->service()->name(), method.descriptor->service());
      const FieldDescriptor* filter = method.descriptor->input_type()->FindFieldByName("filter");
      if (filter != nullptr) {
        filters.emplace(filter->message_type()->name(), filter->message_type());
      }
    }
  }
  std::string page = StrCat(kTop, "\n## Services\n");
  for (const auto& [name, service] : services) page += ServiceSection(*service);
  page += "\n## Filters\n";
  for (const auto& [name, filter] : filters) page += FilterTable(*filter);
  page +=
      StrCat("\n## Reasons of errors\n\nIn `ErrorInfo.reason`, with `domain` falcon-gateway.\n\n",
             ReasonTable(*catalog.FindEnum("falcon_gateway.v1.ErrorReason"), "ERROR_REASON_"));
  page += StrCat("\n## Reasons of notes\n\nIn `read_info.notes`.\n\n",
                 ReasonTable(*catalog.FindEnum("falcon_gateway.v1.NoteReason"), "NOTE_REASON_"));
  return page;
}

}  // namespace falcon::client
