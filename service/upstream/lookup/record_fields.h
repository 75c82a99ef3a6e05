// Records by reflection: the fields that paging and look-ups need, whether selected or not.
#ifndef FALCON_UPSTREAM_LOOKUP_RECORD_FIELDS_H_
#define FALCON_UPSTREAM_LOOKUP_RECORD_FIELDS_H_

#include <initializer_list>
#include <span>
#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "google/protobuf/message.h"
#include "json/decoder.h"

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

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_LOOKUP_RECORD_FIELDS_H_
