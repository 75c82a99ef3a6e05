// Judges arguments by their shapes.
#include "mcp/prompts/prompt_arguments.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detection_record.pb.h"
#include "falcon_gateway/v1/types.pb.h"
#include "mcp/resources/resource_uri.h"
#include "mcp/tools/untrusted.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

constexpr int kMostDays = 365;
constexpr size_t kShownBytes = 100;

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlanks) - first + 1));
}

absl::Status Wrong(std::string_view name, std::string_view value, std::string_view right) {
  return absl::InvalidArgumentError(
      StrCat(name, ": \"", UntrustedText(value, kShownBytes), "\" is not ", right));
}

absl::Status ReadDays(std::string_view value, int& days) {
  const auto read = std::from_chars(value.data(), value.data() + value.size(), days);
  const bool whole = read.ec == std::errc() && read.ptr == value.data() + value.size();
  if (whole && days >= 1 && days <= kMostDays) return absl::OkStatus();
  return Wrong("days", value, "a whole number from 1 to 365, such as 7.");
}

absl::Status ReadWord(std::string_view name, std::string_view value,
                      const std::vector<std::string>& words, std::string& word) {
  word = Lower(value);
  if (std::find(words.begin(), words.end(), word) != words.end()) return absl::OkStatus();
  const std::string near = client::Nearest(word, words);
  return Wrong(name, value,
               StrCat("one of ", client::Join(words, ", "), ".",
                      near.empty() ? std::string() : StrCat(" Did you mean ", near, "?")));
}

absl::Status ReadHost(const std::string& value, std::string& host) {
  if (!IsHostname(value)) {
    return Wrong("host", value,
                 "a host name (letters, digits, dot, dash, underscore) or a device_id (32 "
                 "hexadecimal digits), such as SRV-PROD-001. Names with other characters go by "
                 "their device_id: search_hosts tells it.");
  }
  host = IsDeviceId(value) ? Lower(value) : value;
  return absl::OkStatus();
}

absl::Status ReadOne(std::string_view name, const std::string& value, PromptArguments& out) {
  if (name == "days") return ReadDays(value, out.days);
  if (name == "host") return ReadHost(value, out.host);
  if (name == "severity") return ReadWord(name, value, SeverityWords(), out.severity);
  if (name == "status") return ReadWord(name, value, DetectionStatusWords(), out.status);
  if (name == "incident") {
    out.incident = value;
    if (IsIncidentId(value)) return absl::OkStatus();
    return Wrong(name, value,
                 "an incident's id or its number such as ABC-1234: search_incidents tells them.");
  }
  if (name == "detection") {
    out.detection = value;
    if (IsCompositeId(value)) return absl::OkStatus();
    return Wrong(name, value, "a composite_id, <cid>:<kind>:<rest>: search_detections tells it.");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PromptArguments> ReadPromptArguments(const std::map<std::string, std::string>& given,
                                                    int usual_days) {
  PromptArguments out;
  out.days = usual_days;
  for (const auto& [name, text] : given) {
    const std::string value = Trimmed(text);
    if (value.empty()) continue;
    if (absl::Status status = ReadOne(name, value, out); !status.ok()) return status;
  }
  return out;
}

std::vector<std::string> SeverityWords() { return client::EnumWords(*v1::Severity_descriptor()); }

std::vector<std::string> DetectionStatusWords() {
  return client::EnumWords(*v1::DetectionStatus_descriptor());
}

}  // namespace falcon::mcp
