// The checks that several requests share.
#include "rpc/checks.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/device_id.h"
#include "base/text.h"
#include "google/protobuf/util/time_util.h"

namespace falcon::rpc {
namespace {

constexpr size_t kMaxViolations = 20;
constexpr size_t kMaxIdBytes = 512;
constexpr size_t kMostQueryBytes = 1024;

}  // namespace

void Checks::Violate(std::string_view field, std::string_view description) {
  if (violations_.size() < kMaxViolations) {
    violations_.push_back({std::string(field), std::string(description)});
  }
}

void Checks::Add(const absl::Status& status) {
  if (status.ok()) return;
  const std::vector<FieldViolation> found = Violations(status);
  if (found.empty() && other_.ok()) other_ = status;
  for (const FieldViolation& violation : found) Violate(violation.field, violation.description);
  if (!found.empty()) facts_.merge(Facts(status));
  if (reason_.empty() && Reason(status) != "INVALID_FIELD") reason_ = Reason(status);
}

absl::Status Checks::Verdict() const {
  if (violations_.empty()) return other_;
  absl::Status status = InvalidFields(violations_, reason_.empty() ? "INVALID_FIELD" : reason_);
  for (const auto& [key, fact] : facts_) status = WithFact(std::move(status), key, fact);
  return status;
}

void CheckIds(const google::protobuf::RepeatedPtrField<std::string>& ids, IdShape shape,
              std::string_view field, Checks& checks) {
  for (int i = 0; i < ids.size(); ++i) {
    const std::string_view wrong = shape(ids[i]);
    if (!wrong.empty()) checks.Violate(Cat(field, "[", i, "]"), wrong);
  }
}

void CheckQuery(std::string_view query, Checks& checks) {
  if (query.size() <= kMostQueryBytes) return;
  checks.Violate("filter.query", Cat("takes at most ", kMostQueryBytes, " bytes"));
}

std::string_view AnyIdShape(std::string_view id) {
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  return printable && !id.empty() && id.size() <= kMaxIdBytes
             ? ""
             : "must be an id of Falcon's: printable characters without blanks, at most 512";
}

std::string_view DeviceIdShape(std::string_view id) {
  return IsDeviceId(id)
             ? ""
             : "must be 32 hexadecimal digits, such as 061a51ec742c44624a176f079d742052, "
               "alone or as <cid>_<device id>";
}

std::string_view CompositeIdShape(std::string_view id) {
  const bool printable = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  const bool parts = std::count(id.begin(), id.end(), ':') >= 2 && id.front() != ':';
  return printable && parts && id.size() <= kMaxIdBytes
             ? ""
             : "must be a composite id, <cid>:<kind>:<agent id>:<rest>";
}

std::string_view IocIdShape(std::string_view id) {
  return IsHex(id, 64) ? "" : "must be 64 hexadecimal digits, the `id` of an IOC";
}

void CheckTimeRange(const v1::TimeRange& range, std::string_view field, Checks& checks) {
  using google::protobuf::util::TimeUtil;
  if (!range.has_start() && !range.has_end()) {
    checks.Violate(field, "needs a start, an end or both");
    return;
  }
  const auto valid = [](const google::protobuf::Timestamp& t) {
    return t.seconds() >= TimeUtil::kTimestampMinSeconds &&
           t.seconds() <= TimeUtil::kTimestampMaxSeconds && t.nanos() >= 0 &&
           t.nanos() < 1'000'000'000;
  };
  if (range.has_start() && !valid(range.start())) {
    checks.Violate(Cat(field, ".start"), "must lie between the years 1 and 9999");
  } else if (range.has_end() && !valid(range.end())) {
    checks.Violate(Cat(field, ".end"), "must lie between the years 1 and 9999");
  } else if (range.has_start() && range.has_end() &&
             std::pair(range.start().seconds(), range.start().nanos()) >=
                 std::pair(range.end().seconds(), range.end().nanos())) {
    checks.Violate(field, "start must be before end");
  }
}

}  // namespace falcon::rpc
