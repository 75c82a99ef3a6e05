// Checks that requests of several nouns share.
#include "rpc/services/request_validator.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/text.h"
#include "google/protobuf/util/time_util.h"
#include "rpc/server/field_access.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxViolations = 20;
constexpr size_t kMaxIdBytes = 512;
constexpr size_t kMaxQueryBytes = 1024;

}  // namespace

void RequestValidator::AddViolation(std::string_view field, std::string_view description) {
  if (violations_.size() < kMaxViolations) {
    violations_.push_back({std::string(field), std::string(description)});
  }
}

void RequestValidator::Add(const absl::Status& status) {
  if (status.ok()) return;
  const std::vector<FieldViolation> found = Violations(status);
  if (found.empty() && other_.ok()) other_ = status;
  for (const FieldViolation& violation : found) {
    AddViolation(violation.field, violation.description);
  }
  if (!found.empty()) facts_.merge(Metadata(status));
  if (reason_.empty() && Reason(status) != "INVALID_FIELD") reason_ = Reason(status);
}

void RequestValidator::Check(std::string_view id, IdValidator validate, std::string_view field) {
  const std::string_view wrong = validate(id);
  if (!wrong.empty()) AddViolation(field, wrong);
}

absl::Status RequestValidator::status() const {
  if (violations_.empty()) return other_;
  absl::Status status = InvalidFields(violations_, reason_.empty() ? "INVALID_FIELD" : reason_);
  for (const auto& [key, fact] : facts_) status = WithMetadata(std::move(status), key, fact);
  return status;
}

void ValidateIds(const google::protobuf::RepeatedPtrField<std::string>& ids, IdValidator validate,
                 std::string_view field, RequestValidator& validator) {
  for (int i = 0; i < ids.size(); ++i) {
    validator.Check(ids[i], validate, StrCat(field, "[", i, "]"));
  }
}

void ValidateQuery(std::string_view query, RequestValidator& validator) {
  if (query.size() <= kMaxQueryBytes) return;
  validator.AddViolation("filter.query", StrCat("takes at most ", kMaxQueryBytes, " bytes"));
}

std::string_view ValidateAnyId(std::string_view id) {
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  return printable && !id.empty() && id.size() <= kMaxIdBytes
             ? ""
             : "must be an id of Falcon's: printable characters without blanks, at most 512";
}

std::string_view ValidateDeviceId(std::string_view id) {
  return IsDeviceId(id)
             ? ""
             : "must be 32 hexadecimal digits, such as 061a51ec742c44624a176f079d742052, "
               "alone or as <cid>_<device id>";
}

std::string_view ValidateCompositeId(std::string_view id) {
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  const bool parts = std::count(id.begin(), id.end(), ':') >= 2 && id.front() != ':';
  return printable && parts && id.size() <= kMaxIdBytes
             ? ""
             : "must be a composite id, <cid>:<kind>:<agent id>:<rest>";
}

std::string_view ValidateIocId(std::string_view id) {
  return IsHex(id, 64) ? "" : "must be 64 hexadecimal digits, the `id` of an IOC";
}

void ValidateTimeRange(const v1::TimeRange& range, std::string_view field,
                       RequestValidator& validator) {
  using google::protobuf::util::TimeUtil;
  if (!range.has_start() && !range.has_end()) {
    validator.AddViolation(field, "needs a start, an end or both");
    return;
  }
  const auto valid = [](const google::protobuf::Timestamp& t) {
    return t.seconds() >= TimeUtil::kTimestampMinSeconds &&
           t.seconds() <= TimeUtil::kTimestampMaxSeconds && t.nanos() >= 0 &&
           t.nanos() < 1'000'000'000;
  };
  if (range.has_start() && !valid(range.start())) {
    validator.AddViolation(StrCat(field, ".start"), "must lie between the years 1 and 9999");
  } else if (range.has_end() && !valid(range.end())) {
    validator.AddViolation(StrCat(field, ".end"), "must lie between the years 1 and 9999");
  } else if (range.has_start() && range.has_end() &&
             std::pair(range.start().seconds(), range.start().nanos()) >=
                 std::pair(range.end().seconds(), range.end().nanos())) {
    validator.AddViolation(field, "start must be before end");
  }
}

void ValidateStaleness(const google::protobuf::Message& request, RequestValidator& validator) {
  const auto& asked = ReadOptionsOf(request).max_staleness();  // zero where it is unset
  if (asked.seconds() >= 0 && asked.nanos() >= 0) return;
  validator.AddViolation("read_options.max_staleness", "is below zero; zero asks Falcon itself");
}

}  // namespace falcon::rpc
