// Decodes Falcon's records into protobuf messages by descriptor, leniently: one bad field never
// loses a record, one bad record never loses a page.
#ifndef FALCON_JSON_DECODER_H_
#define FALCON_JSON_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "json/document.h"
#include "json/field_selection.h"

namespace falcon::json {

// What the records of a response hold that their messages have no place for, by field.
struct DecodeReport {
  struct Field {
    int64_t count = 0;
    std::string example;  // JSON text, escaped
  };
  static constexpr size_t kMaxFields = 100;
  static constexpr size_t kMaxExampleBytes = 64;

  int64_t skipped_values = 0;
  int64_t skipped_records = 0;  // no JSON objects, or without an id
  // By path without indices, such as "files_written.timestamp"; records by the name of their
  // message. At most kMaxFields; further ones are only counted above.
  std::map<std::string, Field> fields;

  // Counts one value of `field`, or `count` records of the message `record`. Returns the entry if
  // it is new, for its example; else null.
  Field* AddValue(std::string_view field);
  Field* AddRecord(std::string_view record, int64_t count = 1);
  void Add(const DecodeReport& other);

 private:
  Field* Named(std::string_view name, int64_t count);
};

class DecoderTables;

struct DecodeOptions {
  // Fields to fill; empty: all.
  FieldSelection selection;
  // Keys that the message does not model go to its field `additional_fields`, if it has one.
  bool additional_fields = false;
  // Top-level fields of `selection` that are read but not shown: their misfits are dropped.
  std::vector<const google::protobuf::FieldDescriptor*> hidden;
};

// Leniency. A misfit leaves its field unset, is counted in the report, and is stored as Falcon sent
// it in `additional_fields`, whatever the options say.
//
//   field       JSON value                          result
//   ----------  ----------------------------------  ----------------------------------------------
//   any         null, absent                        unset
//   text        number, boolean                     its JSON text
//               object, array                       misfit
//   integer     "123", 123.0                        123
//               ""                                  unset
//               out of range, other text            misfit
//   double      "1.5"                               1.5
//               ""                                  unset
//               integer that no double equals       misfit
//   boolean     "true" "false" "yes" "no" 1 0       that, in any case
//               ""                                  unset
//   Timestamp   RFC 3339, 0 to 9 fraction digits    that instant; a missing zone is UTC
//               a date alone                        its midnight, UTC
//               epoch seconds or milliseconds, as   that instant; told apart by size
//               number or text
//               "", 0, "0001-01-01T00:00:00Z"       unset
//   enum        the value's name without prefix     that value; in any case, with spaces and dashes
//                                                   as underscores
//               ""                                  unset
//               other text                          misfit
//   repeated    scalar or object                    one element
//               array                               its elements, each misfit by itself
//   message     ""                                  unset
//               scalar, array                       misfit
//   map         ""                                  unset
//               scalar, array                       misfit
//               object                              its entries but for null and misfit values
//   Value       anything                            the value
//   Struct      object                              the object
//               ""                                  unset
//               anything else                       {"value": it}
//
// Keys match by the `json_key` option, else by field name. A later duplicate key wins.
//
// `additional_fields` is flat: values by their path from the record, by Falcon's keys, with an
// index for each element of an array: {"device.product_type_desc": "Pod",
// "files_written[3].timestamp": "yesterday"}. It holds misfits always and unmodelled keys on
// request. A key with dots is written as it is. Whole numbers beyond 2^53 are text there; a value
// more than 24 levels deep is its JSON text.
//
// Immutable, any thread. Build one for each record at start: the constructor throws for a record
// with map keys that are not text or with more than 512 fields.
class Decoder {
 public:
  // `record` is a generated message's descriptor.
  explicit Decoder(const google::protobuf::Descriptor* record);
  ~Decoder();

  // Fills `message`, an empty generated message whose descriptor is `record`, from resource
  // `index`. False, and counted in `report`, when the resource is not an object.
  bool Decode(const Document& document, size_t index, const DecodeOptions& options,
              google::protobuf::Message& message, DecodeReport& report) const;

  // Appends all resources that are objects.
  template <class M>
  DecodeReport DecodeAll(const Document& document, const DecodeOptions& options,
                         google::protobuf::RepeatedPtrField<M>* out) const {
    DecodeReport report;
    out->Reserve(out->size() + static_cast<int>(document.envelope().resources));
    for (size_t i = 0; i < document.envelope().resources; ++i) {
      if (!Decode(document, i, options, *out->Add(), report)) out->RemoveLast();
    }
    return report;
  }

 private:
  const google::protobuf::Descriptor* record_;
  std::unique_ptr<const DecoderTables> tables_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DECODER_H_
