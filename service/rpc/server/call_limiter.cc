// Amounts in use, by caller.
#include "rpc/server/call_limiter.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"

namespace falcon::rpc {
namespace {

constexpr int64_t kKiB = 1024;
constexpr int64_t kMiB = 1024 * kKiB;

// A reactor, gRPC's call and its buffers, and the caller's waiting task.
constexpr int64_t kCallBytes = 12 * kKiB;
// Falcon's JSON, its parsed form and the response.
constexpr int64_t kRecordBytes = 8 * kKiB;
// A message that the reader has not taken, and the next page.
constexpr int64_t kExportBytes = 8 * kMiB;
// The largest response with the page that it was made of.
constexpr int64_t kMaxResponseCost = 16 * kMiB;
// Without a memory limit these numbers alone are the bounds.
constexpr int64_t kMaxCalls = 65'536;
constexpr int64_t kMaxExports = 1024;

struct LimitText {
  std::string_view reason;
  std::string_view what;
  milliseconds retry_after;
};
constexpr std::array<LimitText, 3> kTexts = {{
    {"CALL_LIMIT", "calls", milliseconds(1000)},
    {"EXPORT_LIMIT", "exports", milliseconds(5000)},
    {"BYTE_LIMIT", "bytes of requests and answers", milliseconds(1000)},
}};

}  // namespace

CallBounds CallBoundsFor(size_t memory_limit) {
  if (memory_limit == 0) {
    return {.calls = kMaxCalls, .exports = kMaxExports, .bytes = int64_t{1} << 60};
  }
  const auto limit = static_cast<int64_t>(std::min(memory_limit, size_t{1} << 50));
  // The rest is the program, the cache, gRPC's buffers and what the allocator cannot give back.
  const int64_t bytes = limit / 2;
  return {.calls = std::clamp(limit / (3 * kCallBytes), int64_t{64}, kMaxCalls),
          .exports = std::clamp(bytes / kExportBytes, int64_t{2}, kMaxExports),
          .bytes = std::max(bytes, 2 * kMaxResponseCost)};
}

int64_t ExpectedBytes(const RequestSize& request, upstream::Priority priority) {
  const auto own = static_cast<int64_t>(request.bytes);
  const int64_t answer = priority == upstream::Priority::kExport
                             ? kExportBytes
                             : std::min(request.records * kRecordBytes, kMaxResponseCost);
  // A parsed request is several times as large as its serialized form.
  return kCallBytes + 4 * own + answer;
}

CallLimiter::CallLimiter(CallBounds bounds, telemetry::Metrics& metrics)
    : limits_{bounds.calls, bounds.exports, bounds.bytes},
      caller_limits_{std::max(bounds.calls * 3 / 4, int64_t{1}),
                     std::max(bounds.exports * 3 / 4, int64_t{1}),
                     std::max(bounds.bytes * 3 / 4, int64_t{1})},
      capped_(metrics.AddCounter("falcon_gateway_calls_capped_total",
                                 "Calls refused because too much was in flight, by the bound.")) {}

absl::StatusOr<CallLimiter::Permit> CallLimiter::Acquire(const std::string& caller,
                                                         upstream::Priority priority,
                                                         int64_t bytes) {
  const Amounts asked = {1, priority == upstream::Priority::kExport ? 1 : 0, bytes};
  const absl::MutexLock lock(&mutex_);
  Amounts& own = of_callers_[caller];
  for (size_t i = 0; i < kBounds; ++i) {
    if (asked[i] == 0) continue;
    const bool all_fit = in_use_[i] + asked[i] <= limits_[i];
    if (all_fit && own[i] + asked[i] <= caller_limits_[i]) continue;
    if (own[kCalls] == 0) of_callers_.erase(caller);
    return Refuse(static_cast<Bound>(i), all_fit);
  }
  for (size_t i = 0; i < kBounds; ++i) {
    in_use_[i] += asked[i];
    own[i] += asked[i];
  }
  Permit permit;
  permit.limiter_ = this;
  permit.caller_ = caller;
  permit.priority_ = priority;
  permit.bytes_ = bytes;
  return permit;
}

absl::Status CallLimiter::Refuse(Bound bound, bool of_caller) const {
  const LimitText& text = kTexts[bound];
  const std::string_view scope = of_caller ? "caller" : "gateway";
  capped_.Add({{"reason", text.reason}, {"scope", scope}});
  const int64_t limit = of_caller ? caller_limits_[bound] : limits_[bound];
  absl::Status status =
      Error(absl::StatusCode::kResourceExhausted, text.reason,
            StrCat(of_caller ? "this caller has" : "all callers together have", " as many ",
                   text.what, " in flight as they may (", limit, "); retry later"));
  return WithMetadata(WithRetryAfter(std::move(status), text.retry_after), "scope", scope);
}

void CallLimiter::Release(const std::string& caller, const Amounts& amounts) {
  const absl::MutexLock lock(&mutex_);
  const auto own = of_callers_.find(caller);
  for (size_t i = 0; i < kBounds; ++i) {
    in_use_[i] -= amounts[i];
    own->second[i] -= amounts[i];
  }
  if (own->second[kCalls] == 0) of_callers_.erase(own);
}

CallBounds CallLimiter::in_use() const {
  const absl::MutexLock lock(&mutex_);
  return {.calls = in_use_[kCalls], .exports = in_use_[kExports], .bytes = in_use_[kBytes]};
}

CallLimiter::Permit& CallLimiter::Permit::operator=(Permit&& other) noexcept {
  std::swap(limiter_, other.limiter_);
  std::swap(caller_, other.caller_);
  std::swap(priority_, other.priority_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

CallLimiter::Permit::~Permit() {
  if (limiter_ == nullptr) return;
  limiter_->Release(caller_, {1, priority_ == upstream::Priority::kExport ? 1 : 0, bytes_});
}

void CallLimiter::Permit::ShrinkTo(int64_t bytes) {
  if (limiter_ == nullptr || bytes >= bytes_) return;
  limiter_->Release(caller_, {0, 0, bytes_ - bytes});
  bytes_ = bytes;
}

}  // namespace falcon::rpc
