// Reads the `fql` and `filter_only` options of records.
#include "fql_fields.h"

#include <algorithm>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

options::v1::FqlKind KindOfRecordField(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) {
    return KindOf(*field.message_type()) == MessageKind::kTimestamp
               ? options::v1::FQL_KIND_TIMESTAMP
               : options::v1::FQL_KIND_STRING;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
    case FieldDescriptor::CPPTYPE_ENUM:
      return options::v1::FQL_KIND_STRING;
    case FieldDescriptor::CPPTYPE_BOOL:
      return options::v1::FQL_KIND_BOOLEAN;
    default:
      return options::v1::FQL_KIND_NUMBER;
  }
}

// In the order of FqlKind.
constexpr std::string_view kKindWords[] = {"text", "text",       "number",
                                           "time", "true/false", "epoch seconds"};

std::string KindWord(options::v1::FqlKind kind) {
  return std::string(kKindWords[static_cast<size_t>(kind)]);
}

bool Lacks(const options::v1::Fql& fql, std::string_view sign) {
  return std::find(fql.without().begin(), fql.without().end(), sign) != fql.without().end();
}

// In the order of Wildcard.
constexpr std::string_view kStars[] = {"", "'*a*'", "'a*' '*a'", "*'a*'", ""};

std::string Operators(options::v1::FqlKind kind, const options::v1::Fql& fql,
                      const options::v1::FqlDefaults& defaults) {
  if (fql.sort_only()) return "";
  const bool ranges =
      (kind == options::v1::FQL_KIND_NUMBER || kind == options::v1::FQL_KIND_EPOCH_SECONDS ||
       kind == options::v1::FQL_KIND_TIMESTAMP || fql.ordered()) &&
      !Lacks(fql, ">");
  std::vector<std::string> signs;
  const auto add = [&](bool has, std::string_view sign) {
    if (has) signs.emplace_back(sign);
  };
  const bool equality = !Lacks(fql, "=");
  const bool negation = !Lacks(fql, "!");
  add(equality && !fql.list_only(), ":");
  add(equality, ":[]");
  add(equality && negation, fql.list_only() ? ":![]" : ":!");
  add(ranges, "> >= < <=");
  add(fql.text_match(), "~");
  add(fql.text_match() && negation && !Lacks(fql, "!~"), "!~");
  const bool text =
      kind != options::v1::FQL_KIND_NUMBER && kind != options::v1::FQL_KIND_BOOLEAN && !ranges;
  const bool by_default = text && fql.wildcard() == options::v1::WILDCARD_UNSPECIFIED;
  const options::v1::Wildcard wildcard = by_default ? defaults.text_wildcard() : fql.wildcard();
  const std::string_view stars = kStars[static_cast<size_t>(wildcard)];
  add(!stars.empty(), stars);
  return Join(signs, " ");
}

// As filters spell them, which may be another spelling than the client's.
std::vector<std::string> FqlWords(const google::protobuf::EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const auto& value = *type.value(i);
    if (value.number() == 0) continue;
    const std::string& own = value.options().GetExtension(options::v1::fql_value);
    words.push_back(own.empty() ? EnumWord(value) : own);
  }
  return words;
}

std::vector<std::string> ValuesOf(const options::v1::Fql& fql, const FieldDescriptor* field) {
  std::vector<std::string> words(fql.values().begin(), fql.values().end());
  if (words.empty() && field != nullptr && field->enum_type() != nullptr) {
    words = FqlWords(*field->enum_type());
  }
  return words;
}

FqlFieldHelp WithValues(FqlFieldHelp field, std::vector<std::string> values) {
  if (!values.empty()) field.help += StrCat(" ", Join(values, ", "), ".");
  field.values = std::move(values);
  return field;
}

std::string JsonKeyOf(const FieldDescriptor& field) {
  const std::string& key = field.options().GetExtension(options::v1::json_key);
  return key.empty() ? field.name() : key;
}

// `above`: the record, and what holds `type` in it.
void AddFields(const Descriptor& type, const std::string& prefix,
               std::vector<const Descriptor*>& above, std::vector<FqlFieldHelp>& out) {
  if (std::find(above.begin(), above.end(), &type) != above.end()) return;
  above.push_back(&type);
  const options::v1::FqlDefaults& defaults =
      above.front()->options().GetExtension(options::v1::fql_defaults);
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string path = prefix + JsonKeyOf(field);
    if (field.options().HasExtension(options::v1::fql)) {
      const options::v1::Fql& fql = field.options().GetExtension(options::v1::fql);
      const options::v1::FqlKind kind =
          fql.kind() == options::v1::FQL_KIND_UNSPECIFIED ? KindOfRecordField(field) : fql.kind();
      out.push_back(WithValues({.name = fql.name().empty() ? path : fql.name(),
                                .kind = KindWord(kind),
                                .operators = Operators(kind, fql, defaults),
                                .sortable = fql.sortable(),
                                .values = {},
                                .help = FirstSentence(CommentOf(field))},
                               ValuesOf(fql, &field)));
    }
    if (field.message_type() != nullptr && !field.is_map() &&
        KindOf(*field.message_type()) == MessageKind::kOther) {
      AddFields(*field.message_type(), path + ".", above, out);
    }
  }
  above.pop_back();
}

}  // namespace

const Descriptor* FqlRecordOf(const Noun& noun) {
  for (const Method& method : noun.methods) {
    if (method.verb == "list" && method.shape.records != nullptr) {
      return method.shape.records->message_type();
    }
  }
  return nullptr;
}

std::vector<FqlFieldHelp> FqlFieldsOf(const Descriptor& record) {
  std::vector<FqlFieldHelp> fields;
  std::vector<const Descriptor*> above;
  AddFields(record, "", above, fields);
  const auto& options = record.options();
  for (int i = 0; i < options.ExtensionSize(options::v1::filter_only); ++i) {
    const options::v1::FqlField& field = options.GetExtension(options::v1::filter_only, i);
    fields.push_back(WithValues(
        {.name = field.name(),
         .kind = KindWord(field.kind()),
         .operators =
             Operators(field.kind(), field.fql(), options.GetExtension(options::v1::fql_defaults)),
         .sortable = field.fql().sortable(),
         .values = {},
         .help = StrCat(field.about(), " Not in records.")},
        ValuesOf(field.fql(), nullptr)));
  }
  std::sort(fields.begin(), fields.end(),
            [](const FqlFieldHelp& a, const FqlFieldHelp& b) { return a.name < b.name; });
  return fields;
}

std::string FqlTable(const Descriptor& record) {
  std::string table =
      "| field | kind | operators | order | what |\n| --- | --- | --- | --- | --- |\n";
  for (const FqlFieldHelp& field : FqlFieldsOf(record)) {
    table.append(StrCat("| `", field.name, "` | ", field.kind, " | ",
                        field.operators.empty() ? "" : StrCat("`", field.operators, "`"), " | ",
                        field.sortable ? "yes" : "", " | ", Replace(field.help, '|', '/'), " |\n"));
  }
  return table;
}

}  // namespace falcon::client
