// Records by reflection: the fields that paging and look-ups need, whether selected or not, and
// texts cut to what an answer may weigh.
#ifndef FALCON_UPSTREAM_LOOKUP_RECORD_FIELDS_H_
#define FALCON_UPSTREAM_LOOKUP_RECORD_FIELDS_H_

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"
#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// `options` with `fields` decoded too, hidden where it does not select them. Null fields are left
// out.
json::DecodeOptions AlsoDecoding(
    json::DecodeOptions options,
    std::initializer_list<const google::protobuf::FieldDescriptor*> fields);

// Takes back those of `fields` that `options` does not select.
void ClearUnselected(const json::DecodeOptions& options,
                     std::initializer_list<const google::protobuf::FieldDescriptor*> fields,
                     google::protobuf::Message& record);

// Takes back what of the field at `path`, outermost first, `selection` does not select.
void ClearUnselected(const json::FieldSelection& selection,
                     std::span<const google::protobuf::FieldDescriptor* const> path,
                     google::protobuf::Message& record);

// A singular text field. Empty: unset.
std::string TextOf(const google::protobuf::Message& record,
                   const google::protobuf::FieldDescriptor* field);

// What a range condition on `field`, of `kind` in FQL, compares with to find this record and those
// that sort with or after it. Empty: unset. Services sort instants by the millisecond, whatever
// they print, so instants stand for theirs: its first nanosecond, or its last when `descending`;
// epoch seconds are those of the instant.
std::string SortValueOf(const google::protobuf::Message& record,
                        const google::protobuf::FieldDescriptor* field, options::v1::FqlKind kind,
                        bool descending);

// What an answer may weigh: clients of gRPC refuse more than 4 MiB by default. The rest is left for
// what gRPC adds.
inline constexpr size_t kMaxAnswerBytes = (size_t{4} << 20) - (size_t{64} << 10);
// What the records of an answer may weigh: the rest is left for what stands beside them.
inline constexpr size_t kMaxRecordBytes = kMaxAnswerBytes - (size_t{192} << 10);

// Of a record or a text in an answer: the tag and the length before it.
inline constexpr size_t kFieldBytes = 8;

// Cuts the largest texts of `message` to equal lengths until it weighs at most `max_bytes`, at the
// ends of characters and with an ellipsis. A note in `stats` (TEXT_TRUNCATED) for each, with its
// path in `message` and `id`. What is no text stays, so that the message may still be too large.
void FitTexts(google::protobuf::Message& message, size_t max_bytes, const std::string& id,
              CallStats& stats);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_LOOKUP_RECORD_FIELDS_H_
