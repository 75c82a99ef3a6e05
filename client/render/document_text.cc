// Quotes and indents.
#include "render/document_text.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <vector>

#include "messages.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Message;
using Json = nlohmann::ordered_json;

bool IsNumber(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

std::string CsvField(std::string text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@").find(text[0]) != std::string_view::npos;
  if (formula && !IsNumber(text)) text.insert(0, "'");
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string CsvLine(const std::vector<std::string>& fields) { return Join(fields, ",") + "\n"; }

std::string YamlKey(const std::string& key) {
  const bool plain =
      key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string::npos;
  return StrCat(plain && !IsNumber(key) ? key : JsonString(key), ":");
}

// A scalar of JSON is one of YAML.
std::string YamlScalar(const Json& value) {
  return value.is_string() ? JsonString(value.get<std::string>()) : value.dump();
}

void AppendYaml(const Json& value, const std::string& indent, std::string& out) {
  for (auto it = value.begin(); it != value.end(); ++it) {
    // The first field of an item stands behind its dash.
    if (!out.ends_with("- ")) out.append(indent);
    out.append(value.is_object() ? YamlKey(it.key()) : "-");
    if (!it->is_structured() || it->empty()) {
      out.append(StrCat(" ", YamlScalar(*it), "\n"));
    } else {
      out.append(value.is_object() ? "\n" : " ");
      AppendYaml(*it, indent + "  ", out);
    }
  }
}

Json JsonOf(const Message& message) { return Json::parse(JsonText(message, JsonForm::kOneLine)); }

}  // namespace

std::string CsvHeader(const RecordColumns& columns) {
  std::vector<std::string> names;
  names.reserve(columns.paths.size());
  for (const FieldPath& path : columns.paths) names.push_back(path.name);
  return CsvLine(names);
}

std::string CsvRows(const Message& record, const RecordColumns& columns) {
  std::string lines;
  for (const std::vector<Cell>& row : RowsOf(record, columns, Style{.now = {}, .exact = true})) {
    std::vector<std::string> fields;
    fields.reserve(row.size());
    for (const Cell& cell : row) fields.push_back(CsvField(cell.text));
    lines += CsvLine(fields);
  }
  return lines;
}

std::string YamlText(const Message& message) {
  const Json json = JsonOf(message);
  std::string out;
  AppendYaml(json, "", out);
  return json.empty() ? "{}\n" : out;
}

std::string YamlItem(const Message& message) {
  const Json json = JsonOf(message);
  std::string out = "- ";
  AppendYaml(json, "  ", out);
  return json.empty() ? "- {}\n" : out;
}

}  // namespace falcon::client
