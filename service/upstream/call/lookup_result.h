// Found: what one look-up by ids brought, by id; and the look-up, in chunks that Falcon takes.
#ifndef FALCON_UPSTREAM_CALL_LOOKUP_RESULT_H_
#define FALCON_UPSTREAM_CALL_LOOKUP_RESULT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "json/document.h"
#include "upstream/call/attempts.h"

namespace falcon::upstream {

// Cheap to move, read-only once made.
struct LookupResult {
  struct Place {
    size_t document = 0;
    size_t resource = 0;
  };
  std::vector<json::Document> documents;
  std::unordered_map<std::string, Place> places;
  std::unordered_map<std::string, json::ApiError> errors;  // why an id has no record
  std::vector<json::ApiError> unattributed_errors;  // errors that name no id; they may concern any
  int64_t records_without_id = 0;                   // resources without an id
  SteadyTime as_of = SteadyTime::max();             // when the first of the calls for it went out

  // Adds an answer of Falcon's to a look-up of some of `ids`. UNAVAILABLE (UPSTREAM_MALFORMED) if
  // it holds records and none has an id.
  absl::Status Take(json::Document document, const std::string& id_key,
                    std::span<const std::string> ids);
  // Adds what `others` holds of `ids`.
  void MergeSubset(const LookupResult& others, std::span<const std::string> ids);
};

// Looks up `ids`, which are distinct, in chunks that Falcon and a URL take, one after the other. A
// 413 halves a chunk. A 400 or 404 for several ids is no answer about any of them: the chunk is
// bisected, by at most 16 extra calls a look-up; ids that are left then have an error of code 503
// each. Only a 404 for a single id, or a success without its record, says that it is absent. Every
// other failure of a chunk, or a 400 for the only id, fails the look-up.
Task<absl::StatusOr<LookupResult>> FetchInChunks(Attempts& attempts, BatchKey lane,
                                                 std::vector<std::string> ids, Reading& reading);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_LOOKUP_RESULT_H_
