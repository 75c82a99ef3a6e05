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

using client::Cat;
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
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(std::string(name));
  const bool text = field != nullptr && !field->is_repeated() &&
                    field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
  return text ? TextField(request, name) : std::string();
}

// The gateway asks for those that still stand unless the state is asked for.
bool LeavesClosedOut(const Message& request) {
  const FieldDescriptor* statuses = request.GetDescriptor()->FindFieldByName("statuses");
  const std::string filter = TextOf(request, "filter");
  return statuses != nullptr && request.GetReflection()->FieldSize(request, statuses) == 0 &&
         filter.find("status") == std::string::npos &&
         filter.find("closed_timestamp") == std::string::npos;
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
    sentences.push_back(Cat("Sub-techniques are left out: `technique` ", technique, "* has them."));
  }
  for (const std::string_view name : kMindCase) {
    const std::string asked_for = TextOf(request, name);
    if (!nothing || asked_for.empty() || IsParentTechnique(asked_for)) continue;
    sentences.push_back(Cat("`", name, "` was asked as written, in upper and in lower case; Falcon",
                            " minds case otherwise."));
  }
  return Sentences(sentences);
}

}  // namespace falcon::mcp
