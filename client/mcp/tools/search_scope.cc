// What the gateway leaves out by itself.
#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "mcp/tools/answer.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

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
constexpr std::array<std::string_view, 4> kCaseSensitive = {"technique", "tactic", "name",
                                                            "vendor"};

std::string TextOf(const Message& request, std::string_view name) {
  const client::ParameterPath path = client::FindParameter(*request.GetDescriptor(), name);
  const bool text = !path.empty() && !path.back()->is_repeated() &&
                    path.back()->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  const Message* holder = text ? client::HolderOf(path, request) : nullptr;
  return holder == nullptr ? std::string() : client::TextField(*holder, name);
}

std::string WithoutQuotedValues(std::string_view filter) {
  std::string out;
  char quote = 0;
  for (size_t at = 0; at < filter.size(); ++at) {
    const char c = filter[at];
    if (quote == 0) out.push_back(c);
    if (quote != 0 && c == '\\') {
      ++at;
    } else if (quote == 0 ? c == '\'' || c == '"' : c == quote) {
      quote = quote == 0 ? c : '\0';
    }
  }
  return out;
}

bool HasCondition(std::string_view filter, std::string_view field) {
  constexpr std::string_view kNameCharacters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
  const std::string text = WithoutQuotedValues(filter);
  for (size_t at = text.find(field); at != text.npos; at = text.find(field, at + 1)) {
    const bool starts = at == 0 || kNameCharacters.find(text[at - 1]) == text.npos;
    const size_t next = text.find_first_not_of(' ', at + field.size());
    if (starts && next != text.npos && text[next] == ':') return true;
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

bool IsParentTechnique(std::string_view text) {
  return text.size() == 5 && (text[0] == 'T' || text[0] == 't') &&
         text.find_first_not_of("0123456789", 1) == text.npos;
}

}  // namespace

std::string ScopeSentences(const ToolBinding& tool, const ToolRequest& asked, bool nothing) {
  const Message& request = *asked.request;
  std::vector<std::string> sentences;
  for (const Scope& scope : kScopes) {
    const bool said = nothing || scope.always;
    if (said && scope.tool == tool.spec->name) sentences.emplace_back(scope.sentence);
  }
  if (tool.spec->name == "search_vulnerabilities" && LeavesClosedOut(request)) {
    sentences.emplace_back("Only those that still stand: `status` asks for closed and expired.");
  }
  const std::string technique = TextOf(request, "technique");
  if (IsParentTechnique(technique)) {
    sentences.push_back(
        StrCat("Sub-techniques are left out: `technique` ", technique, "* has them."));
  }
  for (const std::string_view name : kCaseSensitive) {
    const std::string value = TextOf(request, name);
    if (!nothing || value.empty() || IsParentTechnique(value)) continue;
    sentences.push_back(StrCat("`", name,
                               "` was asked as written, in upper and in lower case; Falcon minds "
                               "case otherwise."));
  }
  return client::Join(sentences, " ");
}

}  // namespace falcon::mcp
