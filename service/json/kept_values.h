// KeptValues: values of a record that its message has no place for, by their path.
#ifndef FALCON_JSON_KEPT_VALUES_H_
#define FALCON_JSON_KEPT_VALUES_H_

#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/struct.pb.h"
#include "json/decode_report.h"
#include "simdjson.h"

namespace falcon::json {

// Where a value stands in its record. Lives on the stack of the function that reads the value;
// becomes text only when the value is kept.
struct Place {
  const Place* around = nullptr;  // of the object that holds `key`; null: the record
  std::string_view key;
  int index = -1;  // in the list under `key`; -1: not in a list

  // "files_written[3].timestamp". Keys with dots are written as they are. Keys around the last are
  // cut to 256 bytes, so that many values under a long key stay small.
  std::string Path() const { return Text(/*indices=*/true); }
  // The same without indices.
  std::string Field() const { return Text(/*indices=*/false); }

 private:
  std::string Text(bool indices) const;
  void AppendAround(bool indices, std::string& text) const;
};

// One record's. The JSON must outlive it.
class KeptValues {
 public:
  bool empty() const { return values_.empty(); }
  // A value that does not fit its field.
  void AddMisfit(const Place& place, simdjson::dom::element value);
  // A value under a key that the message does not model.
  void AddUnmodelled(const Place& place, simdjson::dom::element value);
  // Drops what is kept at `place` and below: a later duplicate key replaces it.
  void Forget(const Place& place);
  // Counts the misfits in `report`, and adds all values to `fields`, if that is not null. A later
  // value of the same path wins.
  void Store(DecodeReport& report, google::protobuf::Struct* fields) const;

 private:
  struct Kept {
    std::string path;
    std::string field;  // of a misfit; else empty
    simdjson::dom::element value;
  };
  std::vector<Kept> values_;
};

// `value` as the example of a field.
std::string ExampleOf(simdjson::dom::element value);

}  // namespace falcon::json

#endif  // FALCON_JSON_KEPT_VALUES_H_
