// One flight a key.
#include "falcon/shared_reads.h"

#include <utility>

#include "base/error.h"

namespace falcon {
namespace {

// Whether it failed for want of time that there is until `deadline`.
bool WantedTime(const absl::Status& status, Deadline deadline, const Clock& clock) {
  if (status.code() == absl::StatusCode::kDeadlineExceeded) return !deadline.Passed(clock);
  if (Reason(status) != "RATE_LIMITED") return false;
  return deadline.Allows(clock, RetryAfter(status).value_or(milliseconds(0)));
}

}  // namespace

Task<absl::StatusOr<json::Document>> SharedReads::Join(std::string key, Read read,
                                                       Reading& reading) {
  while (true) {
    const auto found = flights_.find(key);
    const bool starts = found == flights_.end();
    const auto flight =
        starts ? std::make_shared<Flight>(loop_, reading, reading.caller) : found->second;
    const bool hasty = flight->first_deadline().at() < reading.deadline.at();
    if (starts) {
      flights_.emplace(key, flight);
      flight->Start(read, alive_, [this, key] { flights_.erase(key); });
    } else {
      ++joined_;
      flight->Board(reading);
    }
    absl::StatusOr<json::Document> answer = co_await flight->Wait();
    reading.Take(flight->reading(), starts);
    if (!hasty || !WantedTime(answer.status(), reading.deadline, clock_)) co_return answer;
  }
}

}  // namespace falcon
