// Reading: what one RPC brings to its upstream calls, and what they leave behind for its answer.
#ifndef FALCON_FALCON_READING_H_
#define FALCON_FALCON_READING_H_

#include <string>
#include <vector>

#include "base/time.h"
#include "json/document.h"

namespace falcon {

enum class Priority { kInteractive, kExport };

// Owned by the RPC, outlives its calls. Loop thread only.
struct Reading {
  explicit Reading(Deadline until, Priority rank = Priority::kInteractive)
      : deadline(until), priority(rank) {}

  Deadline deadline;
  Priority priority;

  int upstream_calls = 0;  // retries included; the replay after a refused token is not seen here
  std::string trace_id;    // of the last call
  std::vector<json::ApiError> errors;  // that came beside resources; at most 100
};

}  // namespace falcon

#endif  // FALCON_FALCON_READING_H_
