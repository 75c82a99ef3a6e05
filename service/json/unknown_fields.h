// UnknownFields: values of a record that its message has no path for, by their path.
#ifndef FALCON_JSON_UNKNOWN_FIELDS_H_
#define FALCON_JSON_UNKNOWN_FIELDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "json/decoder.h"
#include "simdjson.h"

namespace falcon::json {

// The path of a value in its record. Lives on the stack of the function that reads the value;
// becomes text only when the value is stored.
struct ValuePath {
  const ValuePath* parent = nullptr;  // of the object with `key`; null: the record
  std::string_view key;
  int index = -1;  // in the list under `key`; -1: not in a list

  // "files_written[3].timestamp". Keys with dots are written as they are. All keys but the last are
  // cut to 256 bytes, so that many values under a long key stay small.
  std::string Full() const { return Text(/*indices=*/true); }
  // The same without indices.
  std::string Field() const { return Text(/*indices=*/false); }

 private:
  std::string Text(bool indices) const;
  void AppendParent(bool indices, std::string& text) const;
};

// Of one record. The JSON outlives it.
class UnknownFields {
 public:
  bool empty() const { return values_.empty(); }
  // A value that does not fit its field.
  void AddMisfit(const ValuePath& path, simdjson::dom::element value);
  // A value under a key that the message does not model.
  void AddUnmodelled(const ValuePath& path, simdjson::dom::element value);
  // Removes the values at `path` and below: a later duplicate key replaces them.
  void Remove(const ValuePath& path);
  // Counts the misfits in `report`, and adds all values to `fields` unless that is null. A later
  // value of the same path wins.
  void Store(DecodeReport& report, google::protobuf::Struct* fields) const;

 private:
  struct Entry {
    std::string path;
    std::string field;  // of a misfit; else empty
    simdjson::dom::element value;
  };
  std::vector<Entry> values_;
};

// `value` as the example of a field.
std::string ExampleOf(simdjson::dom::element value);

}  // namespace falcon::json

#endif  // FALCON_JSON_UNKNOWN_FIELDS_H_
