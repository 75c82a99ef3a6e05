// Decodes Falcon's records into protobuf messages by descriptor, leniently: one bad field never loses a record, one bad record
// never loses a page.
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
//   Timestamp      RFC 3339 with 0 to 9 fraction digits (a missing zone is UTC), date only, epoch seconds or milliseconds as
//                  number or text (told apart by size);  "", 0: unset
//   enum           the value's name without its prefix, or a word of the `fql.values` option, any case, spaces and dashes as
//                  underscores;  unknown: _UNSPECIFIED, counted
//   repeated       a scalar or object      one element;  a wrong element: skipped, the others stay
//   message        a scalar, array         skipped
//   Struct, Value  anything
// Keys match by `json_key` option, else by field name. A later duplicate key wins.
class Decoder {
 public:
  explicit Decoder(const google::protobuf::Descriptor* record);
  ~Decoder();

  // Fills `message`, whose descriptor is `record`, from resource `index`. False when that is no object.
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
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_DECODER_H_
