// Writes JSON values into one field of a message; messages are written by the decoder.
#ifndef FALCON_JSON_FIELD_WRITER_H_
#define FALCON_JSON_FIELD_WRITER_H_

#include <string>

#include "google/protobuf/message.h"
#include "json/decoder_tables.h"
#include "simdjson.h"

namespace falcon::json {

// Of a repeated field it appends.
class FieldWriter {
 public:
  FieldWriter(const google::protobuf::Reflection& reflection, const FieldEntry& entry,
              google::protobuf::Message& message)
      : reflection_(reflection), entry_(entry), message_(message) {}

  const FieldEntry& entry() const { return entry_; }
  // `value` is not null, and the field is not a kMessage. False: a misfit. True also where the
  // value leaves the field unset.
  bool Write(simdjson::dom::element value) const;
  // The message in the field: made if need be, or appended.
  google::protobuf::Message& Inside() const;
  // Adds an entry to a kMap, and removes it.
  google::protobuf::Message& Added() const {
    return *reflection_.AddMessage(&message_, entry_.field);
  }
  void RemoveAdded() const { reflection_.RemoveLast(&message_, entry_.field); }

 private:
  bool Text(simdjson::dom::element value) const;
  void SetText(std::string text) const;
  bool Enum(simdjson::dom::element value) const;
  bool Timestamp(simdjson::dom::element value) const;
  bool Struct(simdjson::dom::element value) const;

  const google::protobuf::Reflection& reflection_;
  const FieldEntry& entry_;
  google::protobuf::Message& message_;
};

}  // namespace falcon::json

#endif  // FALCON_JSON_FIELD_WRITER_H_
