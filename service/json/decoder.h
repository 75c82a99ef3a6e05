// Decodes Falcon's records into protobuf messages by descriptor, leniently: one bad field never
// loses a record, one bad record never loses a page.
#ifndef FALCON_JSON_DECODER_H_
#define FALCON_JSON_DECODER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "json/document.h"
#include "json/field_selection.h"

namespace falcon::json {

class DecoderTables;

struct DecodeOptions {
  // Fields to fill; empty: all.
  FieldSelection selection;
  // Keys that the message does not model go to its field `additional_fields`, if it has one.
  bool additional_fields = false;
};

// What was lost, by `<Message>.<field>`; and records that were no JSON object.
struct DecodeReport {
  int64_t skipped_values = 0;
  int64_t skipped_records = 0;
  int64_t unknown_enum_values = 0;  // left at _UNSPECIFIED
  std::map<std::string, int64_t> skipped_fields;

  void Add(const DecodeReport& other);
};

// Leniency, the whole table:
//   any            null, absent            unset
//   text           number, boolean         its JSON text;   object, array: skipped
//   integer        "123", 123.0            123;   "": unset;  out of range, other text: skipped
//   double         "1.5"                   1.5;   "": unset
//   boolean        "true" "false" "yes" "no" 1 0, any case;  "": unset
//   Timestamp      RFC 3339 with 0 to 9 fraction digits (a missing zone is UTC), date only, epoch
//   seconds or milliseconds as
//                  number or text (told apart by size);  "", 0: unset
//                  "0001-01-01T00:00:00Z": unset
//   enum           the value's name without its prefix, any case, spaces and dashes as underscores;
//    "": unset;  unknown:
//                  _UNSPECIFIED, counted
//   repeated       a scalar or object      one element;  a wrong element: skipped, the others stay
//   message        a scalar, array         skipped
//   map            ""                      unset;  a scalar, array: skipped;  a null or wrong
//   value: its key too
//   Value          anything
//   Struct         anything: what is no object stands under the key "value";  "": unset
// Keys match by `json_key` option, else by field name. A later duplicate key wins.
//
// `additional_fields` holds the keys that the record does not model, and, below the keys that lead
// there, those that the messages inside it do not model: {"device": {"new_key": 1},
// "files_written": [{}, {"new_key": 2}]}. Whole numbers beyond 2^53 are text there; what lies more
// than 24 levels deep is its JSON text.
//
// Immutable, any thread. Build one per record at start: it throws for a record with keys of
// maps that are no text or with more than 512 fields.
class Decoder {
 public:
  // `record` is a generated message's descriptor.
  explicit Decoder(const google::protobuf::Descriptor* record);
  ~Decoder();

  // Fills `message`, an empty generated message whose descriptor is `record`, from resource
  // `index`. False when that is no object.
  bool Decode(const Document& document, size_t index, const DecodeOptions& options,
              google::protobuf::Message& message, DecodeReport& report) const;

  // Appends all resources. Records that are no objects are skipped and counted.
  template <class M>
  DecodeReport DecodeAll(const Document& document, const DecodeOptions& options,
                         google::protobuf::RepeatedPtrField<M>* out) const {
    DecodeReport report;
    out->Reserve(out->size() + static_cast<int>(document.envelope().resources));
    for (size_t i = 0; i < document.envelope().resources; ++i) {
      if (!Decode(document, i, options, *out->Add(), report)) {
        out->RemoveLast();
        ++report.skipped_records;
      }
    }
    return report;
  }

 private:
  std::unique_ptr<const DecoderTables> tables_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DECODER_H_
