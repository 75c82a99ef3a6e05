// Lookup: IDs -> decoded records, and for each missing ID why.
#ifndef FALCON_UPSTREAM_LOOKUP_LOOKUP_H_
#define FALCON_UPSTREAM_LOOKUP_LOOKUP_H_

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/types.pb.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "upstream/call/upstream_client.h"
#include "upstream/lookup/record_fields.h"

namespace falcon::upstream {

// What to look up and how to read it.
struct LookupPlan {
  const Operation* operation;
  const json::Decoder* decoder;
  json::DecodeOptions options;
  // Of the record. Always decoded, cleared again if it is not selected.
  const google::protobuf::FieldDescriptor* id_field;
  Parameters query;                          // besides the IDs
  SteadyTime listed_at = SteadyTime::min();  // as a LookupRequest's
  size_t answer_bytes = kMaxRecordBytes;     // what the records of an answer may weigh
};

// What Falcon returned, by ID.
struct Entities {
  std::unordered_map<std::string, std::unique_ptr<google::protobuf::Message>> records;
  std::unordered_map<std::string, json::ApiError> errors;  // why an ID has no record

  // Why `id` has none: Falcon's error, or code 404 where it stays silent.
  v1::PartialError Missing(const std::string& id) const;
};

// The records of `ids`, each a message like `prototype`. A repeated ID is sent once. Failures as
// those of UpstreamClient::Lookup.
Task<absl::StatusOr<Entities>> LookupRecords(ReadContext read, LookupPlan plan,
                                             std::vector<std::string> ids,
                                             const google::protobuf::Message& prototype,
                                             json::DecodeReport& report);

// Appends to the repeated field `records` of `answer` the records in the order of `ids`, and to its
// repeated field `missing` (PartialError) one entry for each ID without a record: Falcon's error
// with that ID, else its error that names no ID, or code 404 where Falcon stays silent. A repeated
// ID is answered once. IDs that an answer cannot hold besides go to `deferred_ids`; a record that
// alone is too large has its largest texts cut.
Task<absl::Status> LookupInto(ReadContext read, LookupPlan plan, std::vector<std::string> ids,
                              google::protobuf::Message& answer, std::string records,
                              json::DecodeReport& report);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_LOOKUP_LOOKUP_H_
