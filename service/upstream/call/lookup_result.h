// LookupResult: what a look-up by IDs returned, by ID.
#ifndef FALCON_UPSTREAM_CALL_LOOKUP_RESULT_H_
#define FALCON_UPSTREAM_CALL_LOOKUP_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "base/time.h"
#include "json/document.h"

namespace falcon::upstream {

// Cheap to move, read-only once made.
struct LookupResult {
  struct RecordRef {
    size_t document = 0;
    size_t resource = 0;
  };
  std::vector<json::Document> documents;
  std::unordered_map<std::string, RecordRef> records;
  std::unordered_map<std::string, json::ApiError> errors;  // why an ID has no record
  std::vector<json::ApiError> unattributed_errors;         // they name no ID and may concern any
  int64_t records_without_id = 0;
  SteadyTime as_of = SteadyTime::max();  // when the first of its calls was sent

  // Adds a response to a look-up of some of `ids`. UNAVAILABLE (UPSTREAM_MALFORMED) if it holds
  // records and none has an ID.
  absl::Status Add(json::Document document, const std::string& id_key,
                   std::span<const std::string> ids);
  // Adds what `others` holds of `ids`.
  void MergeSubset(const LookupResult& others, std::span<const std::string> ids);
};

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_LOOKUP_RESULT_H_
