// What the schema says of a parameter: the proto's words, made short.
#include <array>
#include <utility>

#include "catalog.h"
#include "mcp/tools/parameters_list.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::Cat;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// A filter that works, for each collection. What FQL knows there stands in the guide.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kFilterExamples = {{
    {"detections", "severity:>=60+cmdline:'*rundll32*'"},
    {"hosts", "platform_name:'Windows'+os_version:'*2019*'"},
    {"iocs", "type:'domain'+value:'*.example.com'"},
    {"intel-indicators", "actors:'FANCYBEAR'+labels.name:'*ransom*'"},
    {"vulnerabilities", "cve.exprt_rating:'CRITICAL'+created_timestamp:>'now-7d'"},
    {"incidents", "severity:>=60+status:!'closed'"},
    {"rtr-sessions", "base_command:'reg'+created_at:>'now-7d'"},
    {"discovered-hosts", "entity_type:'unmanaged'+country:'Germany'"},
    {"discovered-applications", "vendor:'Google'+version:'108.*'"},
}};

// What protos explain at length, and a model takes at a hint. Of searches only.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kHints = {{
    {"hostname", "Any case; SRV-*"},
    {"technique", "ATT&CK id or name, T1218.011"},
    {"tactic", "ATT&CK id or name, TA0005"},
    {"cve_id", "CVE-2021-44228"},
    {"host_id", "32 hexadecimal digits"},
    {"query", "Free text"},
}};

// Long phrases of the protos' comments, and what suffices.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShorter = {{
    {" as given, in upper case or in lower case", ", any case"},
    {", in upper case or in lower case", ", any case"},
    {" by name as given", " by name"},
    {"On any of these platforms: ", ""},
    {"Any of these platforms: ", ""},
    {"Any of these kinds, in Falcon's words: ", ""},
    {": the error on an unknown word lists all", ""},
}};

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// The order of a list that asks for none, as the field's comment quotes it.
std::string DefaultOrder(std::string_view comment) {
  size_t open = comment.find("Default \"");
  if (open == comment.npos) open = comment.find(", the default") == comment.npos ? open : 0;
  if (open == comment.npos) return {};
  open = comment.find('"', open);
  return std::string(comment.substr(open + 1, comment.find('"', open + 1) - open - 1));
}

std::string FilterText(const BoundTool& tool) {
  std::string text = Cat("FQL (falcon://fql/", tool.facts->noun, ")");
  for (const auto& [noun, example] : kFilterExamples) {
    if (noun == tool.facts->noun) text += Cat(": ", example);
  }
  return text;
}

// The first sentence, and the second where that has an example.
std::string Sentences(std::string_view comment) {
  const std::string first = client::FirstSentence(comment);
  if (first.size() + 1 >= comment.size()) return first;
  const std::string second = client::FirstSentence(comment.substr(first.size() + 1));
  const bool example = second.find(": `") != second.npos && first.find('`') == first.npos;
  return example ? Cat(first, " ", second) : first;
}

}  // namespace

std::string PlainComment(const BoundTool& tool, std::string_view comment) {
  const Descriptor& request = *tool.method->descriptor->input_type();
  std::string out;
  while (true) {
    const size_t open = comment.find('`');
    const size_t close = open == comment.npos ? open : comment.find('`', open + 1);
    out.append(comment.substr(0, close == comment.npos ? comment.npos : open));
    if (close == comment.npos) return out;
    const std::string name(comment.substr(open + 1, close - open - 1));
    out.append(request.FindFieldByName(name) == nullptr ? name : ParameterNameOf(tool, name));
    comment.remove_prefix(close + 1);
  }
}

std::string DefaultOf(const BoundTool& tool, const Parameter& parameter) {
  const bool search = tool.facts->kind == ToolKind::kSearch;
  switch (parameter.use) {
    case ParameterUse::kLimit:
      return std::to_string(Asked().limit);
    case ParameterUse::kOrder:
      return Cat("\"", DefaultOrder(client::CommentOf(*parameter.path.front())), "\"");
    case ParameterUse::kView:
      return search ? "\"brief\"" : "\"full\"";
    default:
      return {};
  }
}

std::string DescriptionOf(const BoundTool& tool, const Parameter& parameter) {
  if (parameter.use != ParameterUse::kRequest || parameter.kind == ParameterKind::kWord) return {};
  if (parameter.kind == ParameterKind::kInstant) {
    return parameter.path.back()->name() == "start" ? "RFC 3339, date, or 7d back" : "";
  }
  const FieldDescriptor& field = *parameter.path.front();
  if (field.name() == "filter") return FilterText(tool);
  for (const auto& [name, hint] : kHints) {
    if (name == parameter.name && tool.facts->kind != ToolKind::kGet) return std::string(hint);
  }
  std::string text = Sentences(client::CommentOf(field));
  for (const auto& [longer, shorter] : kShorter) ReplaceAll(text, longer, shorter);
  if (text.ends_with('.')) text.pop_back();
  return PlainComment(tool, text);
}

}  // namespace falcon::mcp
