// Walks a record's descriptor and collects the FQL options; parses orders.
#include "fql/catalogue.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "fql/names.h"

namespace falcon::fql {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;

using Fields = std::map<std::string, Field, std::less<>>;

// Bounds messages that contain themselves. Falcon's records nest four deep.
constexpr int kMaxDepth = 8;
constexpr size_t kMaxSortableShown = 12;

bool IsTimestamp(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         field.message_type()->full_name() == "google.protobuf.Timestamp";
}

options::v1::FqlKind KindOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return options::v1::FQL_KIND_BOOLEAN;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return IsTimestamp(field) ? options::v1::FQL_KIND_TIMESTAMP : options::v1::FQL_KIND_STRING;
    case FieldDescriptor::CPPTYPE_ENUM:
    case FieldDescriptor::CPPTYPE_STRING:
      return options::v1::FQL_KIND_STRING;
    default:
      return options::v1::FQL_KIND_NUMBER;
  }
}

// SEVERITY_HIGH of an enum that starts with SEVERITY_UNSPECIFIED: "high".
std::string PlainName(const EnumValueDescriptor& value) {
  std::string_view prefix = value.type()->value(0)->name();
  if (prefix.ends_with("UNSPECIFIED")) prefix.remove_suffix(std::string_view("UNSPECIFIED").size());
  std::string_view name = value.name();
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return Lower(name);
}

// The word for a value that the field's vocabulary lacks.
std::string OwnWord(const EnumValueDescriptor& value) {
  return value.options().HasExtension(options::v1::fql_value)
             ? value.options().GetExtension(options::v1::fql_value)
             : PlainName(value);
}

// "Domain Controller" as PlainName would have it.
std::string Plain(std::string_view word) {
  std::string plain = Lower(word);
  std::replace_if(plain.begin(), plain.end(), [](char c) { return c == ' ' || c == '-'; }, '_');
  return plain;
}

std::vector<std::string> Vocabulary(const options::v1::Fql& fql,
                                    const EnumDescriptor* enumeration) {
  std::vector<std::string> words(fql.values().begin(), fql.values().end());
  if (!words.empty() || enumeration == nullptr) return words;
  for (int i = 0; i < enumeration->value_count(); ++i) {
    const EnumValueDescriptor& value = *enumeration->value(i);
    if (value.number() != 0) words.push_back(OwnWord(value));
  }
  return words;
}

void ExcludeOperator(std::string_view sign, Field& field) {
  if (sign == "=") field.equality = false;
  if (sign == "!") field.negation = false;
  if (sign == "!~") field.negated_match = false;
  if (sign == "[]") field.lists = false;
  if (sign == ">") field.ordered = false;
}

Field MakeField(std::string name, options::v1::FqlKind kind, const options::v1::Fql& fql) {
  Field field;
  field.name = std::move(name);
  field.kind = fql.kind() != options::v1::FQL_KIND_UNSPECIFIED ? fql.kind() : kind;
  if (field.kind == options::v1::FQL_KIND_UNSPECIFIED) field.kind = options::v1::FQL_KIND_STRING;
  field.wildcard = fql.wildcard();
  field.sortable = fql.sortable();
  field.text_match = fql.text_match();
  field.ordered = fql.ordered() || field.kind == options::v1::FQL_KIND_NUMBER ||
                  field.kind == options::v1::FQL_KIND_TIMESTAMP ||
                  field.kind == options::v1::FQL_KIND_EPOCH_SECONDS;
  field.lists = field.kind != options::v1::FQL_KIND_TIMESTAMP &&
                field.kind != options::v1::FQL_KIND_BOOLEAN &&
                field.kind != options::v1::FQL_KIND_EPOCH_SECONDS;
  for (const std::string& sign : fql.without()) ExcludeOperator(sign, field);
  field.list_only = fql.list_only();
  field.filterable = !fql.sort_only();
  field.joined_ids = fql.joined_ids();
  return field;
}

Field InsensitiveTwin(const Field& field) {
  Field twin = field;
  twin.name = StrCat(field.name, ".insensitive");
  twin.insensitive = true;
  twin.sortable = false;
  return twin;
}

class Walk {
 public:
  Walk(Fields& fields, const options::v1::FqlDefaults& defaults)
      : fields_(fields), defaults_(defaults) {}

  void Record(const Descriptor& record, const std::string& path, bool array, int depth) {
    for (int i = 0; i < record.options().ExtensionSize(options::v1::filter_only); ++i) {
      const options::v1::FqlField& only =
          record.options().GetExtension(options::v1::filter_only, i);
      Field field = MakeField(StrCat(path, only.name()), only.kind(), only.fql());
      field.values = Vocabulary(only.fql(), nullptr);
      Add(std::move(field));
    }
    for (int i = 0; i < record.field_count(); ++i) {
      RecordField(*record.field(i), path, array, depth);
    }
  }

 private:
  void RecordField(const FieldDescriptor& field, const std::string& path, bool array, int depth) {
    if (field.is_map()) return;
    path_.push_back(&field);
    Named(field, path, array, depth);
    path_.pop_back();
  }

  void Named(const FieldDescriptor& field, const std::string& path, bool array, int depth) {
    const options::v1::Fql& fql = field.options().GetExtension(options::v1::fql);
    const std::string& key = field.options().HasExtension(options::v1::json_key)
                                 ? field.options().GetExtension(options::v1::json_key)
                                 : field.name();
    const std::string name = fql.name().empty() ? StrCat(path, key) : fql.name();
    array = array || field.is_repeated();
    const Descriptor* message = IsTimestamp(field) ? nullptr : field.message_type();
    const bool filterable = field.options().HasExtension(options::v1::fql) &&
                            (message == nullptr || fql.kind() != options::v1::FQL_KIND_UNSPECIFIED);
    if (filterable) {
      Field made = MakeField(name, KindOf(field), fql);
      made.array = array;
      made.enumeration = field.enum_type();
      made.values = Vocabulary(fql, field.enum_type());
      made.path = path_;
      Add(std::move(made));
    }
    const bool foreign = message != nullptr && message->file()->package() == "google.protobuf";
    if (message == nullptr || foreign || depth == kMaxDepth) return;
    Record(*message, StrCat(name, "."), array, depth + 1);
  }

  void Add(Field field) {
    const bool text = field.kind == options::v1::FQL_KIND_STRING && !field.ordered;
    if (text && field.wildcard == options::v1::WILDCARD_UNSPECIFIED) {
      field.wildcard = defaults_.text_wildcard();
    }
    if (field.wildcard == options::v1::WILDCARD_NONE) {
      field.wildcard = options::v1::WILDCARD_UNSPECIFIED;
    }
    for (const std::string& sign : defaults_.without()) ExcludeOperator(sign, field);
    std::string name = field.name;
    fields_.insert_or_assign(std::move(name), std::move(field));
  }

  Fields& fields_;
  const options::v1::FqlDefaults& defaults_;
  std::vector<const FieldDescriptor*> path_;  // to the current field
};

// "; sortable: `a` or `b`", unless there are too many to read.
std::string Sortable(const std::vector<std::string_view>& fields) {
  if (fields.empty()) return "; nothing orders these lists";
  if (fields.size() > kMaxSortableShown) return "";
  return StrCat("; sortable: ", Enumerate({fields.begin(), fields.end()}));
}

absl::Status InvalidOrder(std::string_view problem) {
  return InvalidField("order_by", problem, "ORDER_INVALID");
}

// Splits "field desc", "field|desc" and "field.desc"; an unknown direction stays part of the field.
std::pair<std::string_view, std::string_view> SplitOrder(std::string_view text) {
  const size_t cut = text.find_last_of(" |.");
  if (cut == std::string_view::npos) return {text, ""};
  const std::string_view direction = text.substr(cut + 1);
  const bool known = EqualsIgnoringCase(direction, "asc") || EqualsIgnoringCase(direction, "desc");
  if (!known && text[cut] == '.') return {text, ""};
  std::string_view field = text.substr(0, cut);
  while (field.ends_with(' ')) field.remove_suffix(1);
  return {field, direction};
}

}  // namespace

Catalogue::Catalogue(const Descriptor* record) {
  const options::v1::FqlDefaults& defaults =
      record->options().GetExtension(options::v1::fql_defaults);
  Walk(fields_, defaults).Record(*record, "", false, 0);
  if (!defaults.insensitive_twins()) return;
  for (const auto& [name, field] : fields_) {
    if (field.kind != options::v1::FQL_KIND_STRING || !field.filterable) continue;
    Field twin = InsensitiveTwin(field);
    std::string twin_name = twin.name;
    twins_.emplace(std::move(twin_name), std::move(twin));
  }
}

const Field* Catalogue::Find(std::string_view name) const {
  if (const auto found = fields_.find(name); found != fields_.end()) return &found->second;
  const auto twin = twins_.find(name);
  return twin == twins_.end() ? nullptr : &twin->second;
}

absl::StatusOr<std::optional<Order>> Catalogue::ParseOrder(std::string_view order_by) const {
  while (order_by.starts_with(' ')) order_by.remove_prefix(1);
  while (order_by.ends_with(' ')) order_by.remove_suffix(1);
  if (order_by.empty()) return std::nullopt;
  if (order_by.find(',') != std::string_view::npos) {
    return InvalidOrder("names one field, such as \"created_timestamp desc\"; no comma");
  }
  const auto [name, direction] = SplitOrder(order_by);
  const bool descending = EqualsIgnoringCase(direction, "desc");
  if (!descending && !direction.empty() && !EqualsIgnoringCase(direction, "asc")) {
    return InvalidOrder(StrCat("unknown direction `", EscapeUnsafe(direction, 64),
                               "`; write \"asc\" or \"desc\" after the field"));
  }
  const Field* field = Find(name);
  if (field != nullptr && field->sortable) return Order{field->name, descending};
  std::vector<std::string_view> sortable;
  for (const auto& [known, facts] : fields_) {
    if (facts.sortable) sortable.push_back(known);
  }
  const std::string nearest = NearestName(name, sortable);
  return InvalidOrder(StrCat(field == nullptr ? "unknown field `" : "no list is ordered by `",
                             EscapeUnsafe(name, 64), "`",
                             nearest.empty() ? Sortable(sortable) : nearest));
}

std::string Catalogue::Word(std::string_view name, const EnumValueDescriptor* value) const {
  std::string plain = PlainName(*value);
  const Field* field = Find(name);
  if (field == nullptr) return OwnWord(*value);
  for (const std::string& word : field->values) {
    if (Plain(word) == plain) return word;
  }
  return OwnWord(*value);
}

std::string Order::Text() const { return StrCat(field, descending ? "|desc" : "|asc"); }

}  // namespace falcon::fql
