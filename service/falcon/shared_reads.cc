// One flight a key.
#include "falcon/shared_reads.h"

#include <utility>

#include "base/error.h"

namespace falcon {
namespace {

bool WantedTime(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDeadlineExceeded || Reason(status) == "RATE_LIMITED";
}

}  // namespace

Task<absl::StatusOr<json::Document>> SharedReads::Join(std::string key, Read read,
                                                       Reading& reading) {
  while (true) {
    const auto found = flights_.find(key);
    const bool starts = found == flights_.end();
    const auto flight =
        starts ? std::make_shared<Flight>(loop_, reading, reading.caller) : found->second;
    const bool hasty = flight->reading().deadline.at() < reading.deadline.at();
    if (starts) {
      flights_.emplace(key, flight);
      flight->Start(read, alive_, [this, key] { flights_.erase(key); });
    } else {
      ++joined_;
      flight->Board(reading);
    }
    absl::StatusOr<json::Document> answer = co_await flight->Wait();
    reading.Take(flight->reading(), starts);
    const bool again = hasty && WantedTime(answer.status()) && !reading.deadline.Passed(clock_);
    if (!again) co_return answer;
  }
}

}  // namespace falcon
