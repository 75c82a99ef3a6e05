// Found: what one look-up by ids brought, by id; and the look-up itself, in chunks that Falcon takes.
#ifndef FALCON_FALCON_FOUND_H_
#define FALCON_FALCON_FOUND_H_

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon/attempts.h"
#include "json/document.h"

namespace falcon {

// One kind of look-up: ids of equal lanes may travel in one call.
struct Lane {
  const Operation* operation = nullptr;
  std::string id_key;  // of a record, in Falcon's JSON
  Parameters query;    // besides the ids
};

// Cheap to move, read-only once made.
struct Found {
  struct Place {
    size_t document = 0;
    size_t resource = 0;
  };
  std::vector<json::Document> documents;
  std::unordered_map<std::string, Place> places;
  std::unordered_map<std::string, json::ApiError> errors;  // why an id has no record
  std::vector<json::ApiError> loose;  // errors that name no id; they may concern any
  int64_t unnamed = 0;                // resources without an id
};

// Looks up `ids`, which are distinct. Chunks go out one after the other; a 413 halves the chunk, down
// to one id. A failure of a whole chunk fails the look-up, but a 404: then all of its ids are
// missing.
Task<absl::StatusOr<Found>> FindAll(Attempts& attempts, Lane lane, std::vector<std::string> ids,
                                    Reading& reading);

}  // namespace falcon

#endif  // FALCON_FALCON_FOUND_H_
