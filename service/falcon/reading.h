// Reading: what one RPC brings to its upstream calls, and what they leave behind for its answer.
#ifndef FALCON_FALCON_READING_H_
#define FALCON_FALCON_READING_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "json/document.h"

namespace falcon {

enum class Priority { kInteractive, kExport };

// Owned by the RPC, outlives its calls. Loop thread only.
struct Reading {
  explicit Reading(Deadline until, Priority rank = Priority::kInteractive)
      : deadline(until), priority(rank) {}

  // Keeps what readers of the answer should know; the first 100 of it.
  void Tell(json::ApiError error) {
    if (errors.size() < kMostErrors) errors.push_back(std::move(error));
  }

  static constexpr size_t kMostErrors = 100;

  Deadline deadline;
  Priority priority;

  int upstream_calls = 0;  // retries included; the replay after a refused token is not seen here
  std::string trace_id;    // of the last call
  std::vector<json::ApiError> errors;  // that came beside resources; by Tell
};

}  // namespace falcon

#endif  // FALCON_FALCON_READING_H_
