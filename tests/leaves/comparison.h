// Holds a decoded record against the JSON that it was made of, leaf by leaf.
#ifndef FALCON_TESTS_LEAVES_COMPARISON_H_
#define FALCON_TESTS_LEAVES_COMPARISON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "google/protobuf/message.h"
#include "json/field_selection.h"

namespace falcon::leaves {

using Json = nlohmann::json;

// Leaves: texts, numbers, booleans, nulls, and empty objects and lists.
struct Tally {
  int typed = 0;                  // in a field, with the same value
  int none = 0;                   // null, or text that stands for nothing, such as "" for a number
  int kept = 0;                   // misfits in `additional_fields`, as Falcon sent them
  int unmodelled = 0;             // in `additional_fields`, or not asked for
  int misfits = 0;                // values, not leaves: an object counts once
  std::vector<std::string> lost;  // path and value
};

// `record` is a JSON object. Fields that `selection` leaves out are not looked at. What stands in
// `additional_fields` and is not of `record` is lost too.
Tally Compare(const Json& record, const google::protobuf::Message& message,
              const json::FieldSelection& selection, bool unmodelled_asked);

// Falcon's key of a field. Empty: a field that is not Falcon's.
std::string KeyOf(const google::protobuf::FieldDescriptor& field);

}  // namespace falcon::leaves

#endif  // FALCON_TESTS_LEAVES_COMPARISON_H_
