// Lookup: ids -> entities, in chunks that Falcon accepts, order restored, and for each missing id
// why.
#ifndef FALCON_UPSTREAM_LOOKUP_LOOKUP_H_
#define FALCON_UPSTREAM_LOOKUP_LOOKUP_H_

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "upstream/call/caller.h"
#include "upstream/lookup/fit_texts.h"

namespace falcon::upstream {

// What to look up and how to read it.
struct LookupPlan {
  const Operation* operation;
  const json::Decoder* decoder;
  json::DecodeOptions options;
  const google::protobuf::FieldDescriptor*
      id_field;      // of the record; always decoded, cleared again if not selected
  Parameters query;  // besides the ids
  std::optional<milliseconds> staleness = std::nullopt;  // replaces the reading's, if set
  SteadyTime listed_at = SteadyTime::min();              // as a Lane's
  size_t answer_bytes = kMaxRecordBytes;                 // what the records of an answer may weigh
};

// What Falcon answered, by id.
struct Entities {
  std::unordered_map<std::string, std::unique_ptr<google::protobuf::Message>> records;
  std::unordered_map<std::string, json::ApiError> errors;  // why an id has no record

  // Why `id` has none: Falcon's error, or code 404 where it stays silent.
  v1::PartialError Missing(const std::string& id) const;
};

// The records of `ids`, each a message like `prototype`. A repeated id is sent once. Failures as
// FetchInChunks's.
Task<absl::StatusOr<Entities>> LookupRecords(Caller& caller, LookupPlan plan,
                                             std::vector<std::string> ids, Reading& reading,
                                             const google::protobuf::Message& prototype,
                                             json::DecodeReport& report);

// Appends to the repeated field `records` of `answer` the records in the order of `ids`, and to its
// repeated field `missing` (PartialError) one entry for each id without a record: Falcon's error
// with that id, else its error that names no id, or code 404 where Falcon stays silent. A
// repeated id is answered once. What an answer cannot hold besides is in `reading.deferred_ids`; a record that alone is too large has its largest texts cut.
Task<absl::Status> LookupInto(Caller& caller, LookupPlan plan, std::vector<std::string> ids,
                              Reading& reading, google::protobuf::Message& answer,
                              std::string records, std::string missing, json::DecodeReport& report);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_LOOKUP_LOOKUP_H_
