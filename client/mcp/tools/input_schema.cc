// The JSON Schema of a tool's arguments, as short as it can be said.
#include <algorithm>
#include <array>

#include "mcp/tools/parameters.h"
#include "mcp/tools/parameters_list.h"
#include "text.h"

namespace falcon::mcp {
namespace {

std::string Strings(const std::vector<std::string>& words) {
  std::string out = "[";
  for (const std::string& word : words) {
    if (out.size() > 1) out.push_back(',');
    AppendString(out, word);
  }
  return out + "]";
}

std::string_view TypeName(ParameterKind kind) {
  switch (kind) {
    case ParameterKind::kWhole:
      return "integer";
    case ParameterKind::kNumber:
      return "number";
    case ParameterKind::kBoolean:
      return "boolean";
    default:
      return "string";
  }
}

// Members of the schema of one value.
std::string ValueSchema(const Parameter& parameter) {
  if (!parameter.words.empty()) return StrCat("\"enum\":", Strings(parameter.words));
  std::string out = StrCat("\"type\":\"", TypeName(parameter.kind), "\"");
  if (parameter.bounded()) {
    out += StrCat(",\"minimum\":", parameter.least, ",\"maximum\":", parameter.most);
  }
  return out;
}

// Texts that are often asked for by the dozen. Of others a list is taken too, but not advertised.
bool IsOftenSeveral(const Parameter& parameter) {
  constexpr std::array<std::string_view, 4> kNames = {"cve_id", "host_id", "indicator", "value"};
  return parameter.kind != ParameterKind::kText ||
         std::find(kNames.begin(), kNames.end(), parameter.name) != kNames.end();
}

// A list's words bind only its items: saying them again for one value would double the schema, and
// what is wrong with one is told when it comes. Fields come as a list from whoever reads this.
std::string TypeSchema(const Parameter& parameter) {
  if (!parameter.list || !IsOftenSeveral(parameter)) return ValueSchema(parameter);
  const bool alone = parameter.kind != ParameterKind::kFields;
  return StrCat("\"type\":", alone ? R"(["string","array"])" : R"("array")", ",\"items\":{",
                ValueSchema(parameter), "}");
}

std::string ParameterSchema(const BoundTool& tool, const Parameter& parameter) {
  std::string out = "{" + TypeSchema(parameter);
  if (parameter.use == ParameterUse::kLimit) out += StrCat(",\"default\":", Asked().limit);
  if (const std::string text = DescriptionOf(tool, parameter); !text.empty()) {
    out += ",\"description\":";
    AppendString(out, text);
  }
  return out + "}";
}

}  // namespace

std::string InputSchemaOf(const BoundTool& tool) {
  const std::vector<Parameter> parameters = ParametersOf(tool);
  std::string properties;
  std::vector<std::string> required;
  for (const Parameter& parameter : parameters) {
    if (!properties.empty()) properties.push_back(',');
    AppendString(properties, parameter.name);
    properties += StrCat(":", ParameterSchema(tool, parameter));
    if (parameter.required) required.push_back(parameter.name);
  }
  std::string out = StrCat(R"({"type":"object","properties":{)", properties, "}");
  if (!required.empty()) out += StrCat(",\"required\":", Strings(required));
  return out + ",\"additionalProperties\":false}";
}

}  // namespace falcon::mcp
