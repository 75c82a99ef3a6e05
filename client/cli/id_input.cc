// Tells ids from all else that may come through a pipe.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "cli/command_line.h"
#include "text.h"

namespace falcon::client {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxInputBytes = size_t{256} * 1024 * 1024;
constexpr size_t kMaxShownColumns = 60;

// What starts or ends like JSON is a piece of a document, and blanks make it a row of a table.
bool IsPlainId(std::string_view word) {
  constexpr std::string_view kBrackets = "{}[]\"";
  return kBrackets.find(word.front()) == kBrackets.npos && word.back() != ',' &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return c > ' ' && c != 0x7F; });
}

class IdReader {
 public:
  explicit IdReader(const std::vector<std::string>& id_fields) : id_fields_(id_fields) {}

  absl::Status Read(std::string_view text) {
    text = Trimmed(text);
    if (text.starts_with('[') || text.starts_with('{')) {
      const Json document = Json::parse(text, nullptr, false);
      if (!document.is_discarded()) return AddDocument(document, "");
    }
    size_t number = 0;
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string where = StrCat("line ", ++number, ": ");
      RETURN_IF_ERROR(AddLine(Trimmed(text.substr(0, end)), where));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return absl::OkStatus();
  }

  std::vector<std::string> Take() { return std::move(ids_); }

 private:
  absl::Status Wrong(const std::string& where, std::string_view what) const {
    return absl::InvalidArgumentError(
        StrCat("standard input, ", where, what,
               " Expected ids, one per line, or JSON of records with the field `",
               id_fields_.front(), "`."));
  }

  absl::Status AddLine(std::string_view line, const std::string& where) {
    if (line.empty()) return absl::OkStatus();
    if (line.starts_with('{') || line.starts_with('[') || line.starts_with('"')) {
      const Json value = Json::parse(line, nullptr, false);
      if (!value.is_discarded()) return AddDocument(value, where);
    }
    if (IsPlainId(line)) {
      ids_.emplace_back(line);
      return absl::OkStatus();
    }
    return Wrong(where,
                 StrCat("'", Truncate(EscapeUnsafe(line), kMaxShownColumns), "' is not an id."));
  }

  absl::Status AddDocument(const Json& value, const std::string& where) {
    if (value.is_array()) {
      for (size_t i = 0; i < value.size(); ++i) {
        RETURN_IF_ERROR(AddOne(value[i], StrCat(where, "item ", i + 1, ": ")));
      }
      return absl::OkStatus();
    }
    if (value.is_object() && !IdOf(value)) {
      if (const Json* records = RecordsIn(value)) return AddDocument(*records, where);
    }
    return AddOne(value, where);
  }

  absl::Status AddOne(const Json& value, const std::string& where) {
    const std::optional<std::string> id = value.is_object() ? IdOf(value) : TextOf(value);
    if (!id) {
      return Wrong(where, value.is_object()
                              ? StrCat("the record has no `", id_fields_.front(), "`.")
                              : "this is not an id.");
    }
    ids_.push_back(*id);
    return absl::OkStatus();
  }

  static std::optional<std::string> TextOf(const Json& value) {
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() || !IsPlainId(text)) return std::nullopt;
    return text;
  }

  std::optional<std::string> IdOf(const Json& record) const {
    for (const std::string& name : id_fields_) {
      if (const auto field = record.find(name); field != record.end()) return TextOf(*field);
    }
    return std::nullopt;
  }

  // Of an answer: its list of records; null: this is none.
  const Json* RecordsIn(const Json& answer) const {
    for (const auto& [name, member] : answer.items()) {
      const bool records =
          member.is_array() && std::all_of(member.begin(), member.end(), [this](const Json& item) {
            return item.is_object() && IdOf(item);
          });
      if (records) return &member;
    }
    return nullptr;
  }

  const std::vector<std::string>& id_fields_;
  std::vector<std::string> ids_;
};

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadIds(std::istream& in,
                                                 const std::vector<std::string>& id_fields) {
  std::string text;
  for (char buffer[64 * 1024]; in.read(buffer, sizeof(buffer)), in.gcount() > 0;) {
    text.append(buffer, static_cast<size_t>(in.gcount()));
    if (text.size() > kMaxInputBytes) {
      return absl::InvalidArgumentError("standard input is larger than 256 MiB.");
    }
  }
  IdReader reader(id_fields);
  RETURN_IF_ERROR(reader.Read(text));
  return reader.Take();
}

}  // namespace falcon::client
