// Completes arguments from short lists, and from what the gateway answers quickly.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "mcp/prompts/prompt_arguments.h"
#include "mcp/prompts/prompts.h"
#include "mcp/prompts/question.h"
#include "mcp/prompts/values_at.h"
#include "mcp/resources/resource_uri.h"
#include "mcp/resources/resources.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using List = std::vector<std::string>;

constexpr std::chrono::milliseconds kPatience = std::chrono::seconds(2);
constexpr int kMostValues = 100;

// Those that begin with what is typed, in any case, and pass.
Completions Beginning(const List& values, std::string_view typed, bool (*pass)(std::string_view),
                      bool has_more = false) {
  Completions out;
  out.has_more = has_more;
  const std::string start = Lower(typed);
  for (const std::string& value : values) {
    if (Lower(value).starts_with(start) && pass(value)) AddNew(out.values, {value}, kMostValues);
  }
  return out;
}

bool Any(std::string_view /*value*/) { return true; }

// What a completion asks with, and which texts of the answer it shows.
Completions Asked(const Inquiry& inquiry, Question question, std::string_view path,
                  std::string_view typed, bool (*pass)(std::string_view)) {
  question.fields.emplace_back("page_size", kMostValues);
  const Reply reply = std::move(inquiry.Ask({question}).front());
  if (reply.answer.failure) return {};
  const google::protobuf::Message& answer = *reply.answer.message;
  return Beginning(TextsAt(answer, path), typed, pass, !TextAt(answer, "next_page_token").empty());
}

// Falcon compares names by case: as typed, and in the cases that hosts usually have.
std::string HostFilter(const std::string& typed) {
  std::string capital = Lower(typed);
  capital.front() = client::Upper(capital.substr(0, 1)).front();
  List starts;
  AddNew(starts, {typed, client::Upper(typed), Lower(typed), capital}, 4);
  for (std::string& start : starts) start = StrCat("hostname:'", start, "*'");
  return client::Join(starts, ",");
}

Question HostsNamed(const std::string& typed, const char* mask) {
  Question question{"hosts", "list", {{"read_mask", std::string(mask)}}};
  if (typed.empty()) {
    question.fields.emplace_back("order_by", std::string("last_seen desc"));
  } else {
    question.fields.emplace_back("fql", HostFilter(typed));
    question.fields.emplace_back("order_by", std::string("hostname asc"));
  }
  return question;
}

Completions HostNames(const Inquiry& inquiry, const std::string& typed) {
  if (!typed.empty() && !IsHostname(typed)) return {};
  return Asked(inquiry, HostsNamed(typed, "hostname"), "hosts.hostname", typed, &IsHostname);
}

// By the beginning of a host's name too: who types knows the name.
Completions DeviceIds(const Inquiry& inquiry, const std::string& typed) {
  Completions out =
      Asked(inquiry, HostsNamed("", "device_id"), "hosts.device_id", typed, &IsDeviceId);
  if (!out.values.empty() || !IsHostname(typed)) return out;
  return Asked(inquiry, HostsNamed(typed, "hostname,device_id"), "hosts.device_id", "",
               &IsDeviceId);
}

Completions IncidentIds(const Inquiry& inquiry, const std::string& typed) {
  return Asked(
      inquiry,
      {"incidents", "list", {{"state", std::string("open")}, {"read_mask", std::string("id")}}},
      "incidents.id", typed, &IsIncidentId);
}

Completions DetectionIds(const Inquiry& inquiry, const std::string& typed) {
  Question question{"detections", "list", {{"read_mask", std::string("composite_id")}}};
  if (!typed.empty()) {
    // All that may stand in an id, so nothing that FQL would read.
    if (!IsCompositeId(StrCat(typed, ":a:a"))) return {};
    question.fields.emplace_back("fql", StrCat("composite_id:'", typed, "*'"));
  }
  return Asked(inquiry, std::move(question), "detections.composite_id", typed, &IsCompositeId);
}

}  // namespace

Completions Complete(const Bridge& bridge, const CompletionRequest& request,
                     const CallContext& context) {
  const std::string& typed = request.value;
  const std::string& argument = request.argument;
  Bridge hurried = bridge;
  hurried.timeout = std::min(bridge.timeout, kPatience);
  const Inquiry inquiry(hurried, context);
  if (argument == "host") return HostNames(inquiry, typed);
  if (argument == "device_id") return DeviceIds(inquiry, typed);
  if (argument == "incident" || argument == "id") return IncidentIds(inquiry, typed);
  if (argument == "detection" || argument == "composite_id") {
    return DetectionIds(inquiry, typed);
  }
  if (argument == "days") return Beginning({"7", "30", "90"}, typed, &Any);
  if (argument == "severity") return Beginning(SeverityWords(), typed, &Any);
  if (argument == "status") return Beginning(DetectionStatusWords(), typed, &Any);
  if (argument == "area") {
    return Beginning(FqlAreas(bridge.catalog), client::Replace(typed, '_', '-'), &Any);
  }
  return {};
}

}  // namespace falcon::mcp
