// Found: what one look-up by ids brought, by id; and the look-up, in chunks that Falcon takes.
#ifndef FALCON_FALCON_FOUND_H_
#define FALCON_FALCON_FOUND_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon/attempts.h"
#include "json/document.h"

namespace falcon {

// Cheap to move, read-only once made.
struct Found {
  struct Place {
    size_t document = 0;
    size_t resource = 0;
  };
  std::vector<json::Document> documents;
  std::unordered_map<std::string, Place> places;
  std::unordered_map<std::string, json::ApiError> errors;  // why an id has no record
  std::vector<json::ApiError> loose;     // errors that name no id; they may concern any
  int64_t unnamed = 0;                   // resources without an id
  SteadyTime as_of = SteadyTime::max();  // when the first of the calls for it went out

  // Adds an answer of Falcon's to a look-up of some of `ids`. UNAVAILABLE (UPSTREAM_MALFORMED) if
  // it holds records and none has an id.
  absl::Status Take(json::Document document, const std::string& id_key,
                    std::span<const std::string> ids);
  // Adds what `others` holds of `ids`.
  void TakeOver(const Found& others, std::span<const std::string> ids);
};

// Looks up `ids`, which are distinct, in chunks that Falcon and a URL take, one after the other. A
// 413 halves a chunk. A 400 or 404 for several ids is no answer about any of them: the chunk is
// bisected, by at most 16 extra calls a look-up; ids that are left then have an error of code 503
// each. Only a 404 for a single id, or a success without its record, says that it is absent. Every
// other failure of a chunk, or a 400 for the only id, fails the look-up.
Task<absl::StatusOr<Found>> FindAll(Attempts& attempts, Lane lane, std::vector<std::string> ids,
                                    Reading& reading);

}  // namespace falcon

#endif  // FALCON_FALCON_FOUND_H_
