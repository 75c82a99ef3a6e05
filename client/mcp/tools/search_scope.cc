// Knows what the gateway leaves out by itself.
#include "mcp/tools/search_scope.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "mcp/tools/result_text.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::TextField;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Scope {
  std::string_view tool;
  std::string_view sentence;
  // Whether it is said of what was found, too.
  bool always = false;
};

constexpr std::array<Scope, 3> kScopes = {{
    {"search_hosts", "Only hosts with a sensor: search_discovered_hosts knows others."},
    {"search_iocs",
     "Only the customer's own IOCs: search_intel_indicators asks CrowdStrike's intelligence."},
    {"search_rtr_sessions", "Only sessions that the gateway's own API client opened.", true},
}};

// Falcon minds the case of these, and the gateway asks in three.
constexpr std::array<std::string_view, 4> kMindCase = {"technique", "tactic", "name", "vendor"};

std::string TextOf(const Message& request, std::string_view name) {
  const client::ParameterPath path = client::FindParameter(*request.GetDescriptor(), name);
  const bool text = !path.empty() && !path.back()->is_repeated() &&
                    path.back()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const Message* holder = text ? client::HolderOf(path, request) : nullptr;
  return holder == nullptr ? std::string() : TextField(*holder, name);
}

bool IsNameChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

// Behind the quoted text that starts at `at`.
size_t QuotedEnd(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && text[end] != text[at]) end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

// Whether FQL has a condition on the field.
bool HasCondition(std::string_view filter, std::string_view field) {
  for (size_t at = 0; at < filter.size();) {
    if (filter[at] == '\'' || filter[at] == '"') {
      at = QuotedEnd(filter, at);
      continue;
    }
    size_t end = at;
    while (end < filter.size() && IsNameChar(filter[end])) ++end;
    const size_t next = std::min(filter.find_first_not_of(' ', end), filter.size());
    if (filter.substr(at, end - at) == field && filter.substr(next).starts_with(':')) return true;
    at = std::max(end, at + 1);
  }
  return false;
}

// The gateway asks for those that still stand unless the state is asked for.
bool LeavesClosedOut(const Message& request) {
  const client::ParameterPath path = client::FindParameter(*request.GetDescriptor(), "statuses");
  const Message* filter = client::HolderOf(path, request);
  const bool chosen =
      filter != nullptr && filter->GetReflection()->FieldSize(*filter, path.back()) > 0;
  const std::string fql = TextOf(request, "fql");
  return !chosen && !HasCondition(fql, "status") && !HasCondition(fql, "closed_timestamp");
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// T1059, which has T1059.001 below it.
bool IsParentTechnique(std::string_view text) {
  return text.size() == 5 && (text[0] == 'T' || text[0] == 't') &&
         std::all_of(text.begin() + 1, text.end(), IsDigit);
}

}  // namespace

std::string ScopeSentences(const BoundTool& tool, const Asked& asked, bool nothing) {
  const Message& request = *asked.request;
  std::vector<std::string> sentences;
  for (const Scope& scope : kScopes) {
    const bool said = nothing || scope.always;
    if (said && scope.tool == tool.facts->name) sentences.emplace_back(scope.sentence);
  }
  if (tool.facts->name == "search_vulnerabilities" && LeavesClosedOut(request)) {
    sentences.emplace_back("Only those that still stand: `status` asks for closed and expired.");
  }
  const std::string technique = TextOf(request, "technique");
  if (IsParentTechnique(technique)) {
    sentences.push_back(
        StrCat("Sub-techniques are left out: `technique` ", technique, "* has them."));
  }
  for (const std::string_view name : kMindCase) {
    const std::string asked_for = TextOf(request, name);
    if (!nothing || asked_for.empty() || IsParentTechnique(asked_for)) continue;
    sentences.push_back(StrCat("`", name,
                               "` was asked as written, in upper and in lower case; Falcon",
                               " minds case otherwise."));
  }
  return Sentences(sentences);
}

}  // namespace falcon::mcp
