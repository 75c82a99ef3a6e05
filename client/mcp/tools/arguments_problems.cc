// Writes the problems of a call.
#include "mcp/tools/arguments_problems.h"

#include <algorithm>
#include <iterator>

#include "mcp/protocol/params.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr size_t kMostLines = 20;
constexpr size_t kNameColumns = 60;
constexpr size_t kMostDropped = 5;
// A longer call teaches nothing that its lines do not say.
constexpr size_t kMostExampleBytes = 2048;

std::vector<std::string> NamesOf(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  return names;
}

Json WithoutHostile(const Json& value) {
  if (value.is_string()) return client::EscapeUnsafe(value.get_ref<const std::string&>());
  if (!value.is_structured()) return value;
  Json out = value;
  for (Json& item : out) item = WithoutHostile(item);
  return out;
}

}  // namespace

void Problems::Add(std::string_view name, std::string_view what) {
  lines_.push_back(StrCat(name, ": ", what));
  if (FindNamed(parameters_, name) != nullptr) wrong_.emplace(name);
}

// Somebody who knows the protos uses their names; somebody who guesses says detection_id.
const Parameter* Problems::MeantBy(const std::string& name) const {
  if (!client::FindParameter(*tool_.method->descriptor->input_type(), name).empty()) {
    if (const Parameter* own = FindNamed(parameters_, ParameterNameOf(tool_, name))) return own;
  }
  const std::string near = client::Nearest(name.substr(0, kNameColumns), NamesOf(parameters_));
  if (!near.empty()) return FindNamed(parameters_, near);
  const auto id = std::find_if(parameters_.begin(), parameters_.end(),
                               [](const Parameter& parameter) { return parameter.required; });
  return name.ends_with("id") && id != parameters_.end() ? &*id : nullptr;
}

const Parameter* Problems::Unknown(const std::string& name) {
  unknown_ = true;
  const Parameter* meant = MeantBy(name);
  const std::string shown = client::Truncate(client::EscapeUnsafe(name), kNameColumns);
  if (meant == nullptr) wrong_.insert(shown);
  Add(shown, meant == nullptr ? "no such argument"
                              : StrCat("no such argument; did you mean \"", meant->name, "\"?"));
  return meant;
}

std::string Problems::Dropped() const {
  std::vector<std::string> names;
  std::copy_if(wrong_.begin(), wrong_.end(), std::back_inserter(names),
               [&](const std::string& name) { return !example_.contains(name); });
  if (names.empty()) return {};
  const size_t more = names.size() > kMostDropped ? names.size() - kMostDropped : 0;
  if (more > 0) names.resize(kMostDropped);
  if (more > 0) names.push_back(StrCat(more, " more"));
  return StrCat(", but without ", client::Join(names, ", "));
}

ToolResult Problems::Result() const {
  std::string text = StrCat("No query was made: ", tool_.facts->name, " needs other arguments.\n");
  for (size_t i = 0; i < std::min(lines_.size(), kMostLines); ++i) text += StrCat(lines_[i], "\n");
  if (lines_.size() > kMostLines) text += StrCat("and ", lines_.size() - kMostLines, " more\n");
  if (unknown_) {
    const std::string names = client::Join(NamesOf(parameters_), ", ");
    text += StrCat("Known arguments: ", names.empty() ? "none" : names, ".\n");
  }
  const std::string example = Text(WithoutHostile(example_));
  if (example.size() <= kMostExampleBytes) text += StrCat("Corrected", Dropped(), ": ", example);
  ToolResult result;
  result.content.push_back(Content::Text(std::move(text)));
  result.is_error = true;
  return result;
}

}  // namespace falcon::mcp
