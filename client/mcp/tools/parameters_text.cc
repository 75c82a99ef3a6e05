// What the schema says of a parameter: the proto's words, made short.
#include <algorithm>
#include <array>
#include <utility>

#include "catalog.h"
#include "mcp/tools/parameters_list.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// A filter that works, for each collection. What FQL knows there stands in the guide.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kFilterExamples = {{
    {"detections", "severity:>=60+product:'idp'"},
    {"hosts", "os_version:'Windows 11'"},
    {"iocs", "value:*'*.example.com'"},
    {"intel-indicators", "last_updated:>'now-7d'"},
    {"vulnerabilities", "cve.base_score:>=9"},
    {"incidents", "severity:>=60+tags:'*vip*'"},
    {"rtr-sessions", "origin:'*api*'"},
    {"discovered-hosts", "country:'Germany'"},
    {"discovered-applications", "category:'Web Browsers'"},
}};

// What protos explain at length, and a model takes at a hint.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> kHints = {{
    {"alert_id", "composite_id of a detection"},
    {"actor", "FANCYBEAR"},
    {"assigned_to", "Name or user id"},
    {"command", "First word: reg"},
    {"cve_id", "CVE-2021-44228"},
    {"field", "FQL name: severity_name, tactic, device.hostname"},
    {"host_id", "device_id, agent_id"},
    {"hostname", "Any case; SRV-*"},
    {"indicator", "Exact hash, domain, address"},
    {"name", "*Chrome*"},
    {"query", "Free text"},
    {"size", "Most buckets of terms"},
    {"tactic", "ATT&CK id or name"},
    {"tag", "FalconGroupingTags/Critical"},
    {"technique", "ATT&CK id or name"},
    {"then_by", "Second field, within each bucket"},
    {"type", "domain, ip_address, url, hash_sha256, hash_md5"},
    {"value", "Any case; *.example.com"},
    {"vendor", "Microsoft*"},
}};

// Long phrases of the protos' comments, and what suffices.
constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kShorter = {{
    {" as given, in upper case or in lower case", ", any case"},
    {", whole and in any case", ", any case"},
    {" in the last so many days", " within"},
    {"Composite id: ", ""},
    {"File hashes (MD5, SHA-1, SHA-256)", "Hashes"},
    {", IPv4 and IPv6 addresses", ", addresses"},
    {"; no `inc:` id of the retired API", ""},
    {"The indicator: the 64 or 32 hexadecimal digits of a hash, a domain, an address",
     "Hash, domain or address"},
    {"On any of these platforms: ", ""},
    {"Any of these platforms: ", ""},
}};

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

std::string FilterText(const BoundTool& tool) {
  std::string text = StrCat("FQL (falcon://fql/", tool.facts->noun, ")");
  for (const auto& [noun, example] : kFilterExamples) {
    if (noun == tool.facts->noun) text += StrCat(": ", example);
  }
  return text;
}

bool HasInterval(const BoundTool& tool) {
  const std::vector<Parameter> all = ParametersOf(tool);
  return std::any_of(all.begin(), all.end(), [](const Parameter& parameter) {
    return parameter.kind == ParameterKind::kInstant;
  });
}

// The first sentence, and the second where that has an example.
std::string Sentences(std::string_view comment) {
  std::string first = client::FirstSentence(comment);
  if (first.size() + 1 >= comment.size()) return first;
  const std::string second = client::FirstSentence(comment.substr(first.size() + 1));
  const bool example = second.find(": `") != second.npos && first.find('`') == first.npos;
  return example ? StrCat(first, " ", second) : first;
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
    const bool known = name.starts_with("filter.") || !client::FindParameter(request, name).empty();
    out.append(known ? ParameterNameOf(tool, name) : name);
    comment.remove_prefix(close + 1);
  }
}

std::string DescriptionOf(const BoundTool& tool, const Parameter& parameter) {
  const bool spoken = parameter.kind == ParameterKind::kText ||
                      parameter.kind == ParameterKind::kWhole ||
                      parameter.kind == ParameterKind::kNumber;
  if (parameter.use != ParameterUse::kRequest || !spoken) return {};
  const FieldDescriptor& field = parameter.field();
  // The interval that it is short for stands beside it.
  if (field.name() == "days" && HasInterval(tool)) return {};
  if (field.name() == "fql") return FilterText(tool);
  const std::string comment = client::CommentOf(field);
  for (const auto& [name, hint] : kHints) {
    // Not every field that is called so takes a star.
    const bool fits = hint.find('*') == hint.npos || comment.find("*`") != comment.npos ||
                      comment.find("`*") != comment.npos || comment.find("stars") != comment.npos;
    if (name == parameter.name && fits) return std::string(hint);
  }
  std::string text = Sentences(comment);
  for (const auto& [longer, shorter] : kShorter) ReplaceAll(text, longer, shorter);
  if (text.ends_with('.')) text.pop_back();
  return PlainComment(tool, text);
}

}  // namespace falcon::mcp
