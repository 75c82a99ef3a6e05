// Decodes Falcon's records into protobuf messages by descriptor, leniently: one bad field never
// loses a record, one bad record never loses a page.
#ifndef FALCON_JSON_DECODER_H_
#define FALCON_JSON_DECODER_H_

#include <memory>
#include <vector>

#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "json/decode_report.h"
#include "json/document.h"
#include "json/field_selection.h"

namespace falcon::json {

class DecoderTables;

struct DecodeOptions {
  // Fields to fill; empty: all.
  FieldSelection selection;
  // Keys that the message does not model go to its field `additional_fields`, if it has one.
  bool additional_fields = false;
  // Top-level fields of `selection` that are read for their own sake and not shown: what does not
  // fit them is not kept.
  std::vector<const google::protobuf::FieldDescriptor*> hidden;
};

// Leniency, the whole table. A misfit leaves its field unset, is counted in the report, and is kept
// as Falcon sent it in `additional_fields`, whatever the options say.
//   any            null, absent            unset
//   text           number, boolean         its JSON text;   object, array: misfit
//   integer        "123", 123.0            123;   "": unset;  out of range, other text: misfit
//   double         "1.5"                   1.5;   "": unset;  an integer beyond 2^53 that no
//                  double equals: misfit
//   boolean        "true" "false" "yes" "no" 1 0, any case;  "": unset
//   Timestamp      RFC 3339 with 0 to 9 fraction digits (a missing zone is UTC), date only, epoch
//                  seconds or milliseconds as number or text (told apart by size);  "", 0: unset
//                  "0001-01-01T00:00:00Z": unset
//   enum           the value's name without its prefix, any case, spaces and dashes as underscores;
//                  "": unset;  other words: misfit
//   repeated       a scalar or object      one element;  of an array each misfit by itself
//   message        ""                      unset;  a scalar, array: misfit
//   map            ""                      unset;  a scalar, array: misfit;  a null or misfit value
//                  leaves its key out
//   Value          anything
//   Struct         anything: what is no object stands under the key "value";  "": unset
// Keys match by `json_key` option, else by field name. A later duplicate key wins.
//
// `additional_fields` is flat: values by their path from the record, by Falcon's keys, with an
// index for each element of an array: {"device.product_type_desc": "Pod",
// "files_written[3].timestamp": "yesterday"}. Misfits always, unmodelled keys on request, both in
// this form; a key with dots is written as it is. Whole numbers beyond 2^53 are text there; what
// lies more than 24 levels deep is its JSON text.
//
// Immutable, any thread. Build one per record at start: it throws for a record with keys of
// maps that are no text or with more than 512 fields.
class Decoder {
 public:
  // `record` is a generated message's descriptor.
  explicit Decoder(const google::protobuf::Descriptor* record);
  ~Decoder();

  // Fills `message`, an empty generated message whose descriptor is `record`, from resource
  // `index`. False when that is no object, which `report` counts.
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
