// Records as JSON, made from descriptors: every field has a value that fits, until it is mutated.
#ifndef FALCON_TESTS_LEAVES_SAMPLES_H_
#define FALCON_TESTS_LEAVES_SAMPLES_H_

#include <functional>
#include <nlohmann/json.hpp>
#include <vector>

#include "google/protobuf/descriptor.h"

namespace falcon::leaves {

// Every field of `record`, lists and maps with two elements. A message that contains itself is left
// out inside.
nlohmann::json SampleOf(const google::protobuf::Descriptor& record);

// Calls `change` with each leaf of `record`, and its number.
void ForEachLeaf(nlohmann::json& record,
                 const std::function<void(nlohmann::json& leaf, int number)>& change);

// Calls `change` with each object and list at `depth` below `record`; false: there is none.
bool ForEachContainer(nlohmann::json& record, int depth,
                      const std::function<void(nlohmann::json& container, int number)>& change);

// Values that do not fit most fields, and some that do.
const std::vector<nlohmann::json>& OddValues();

// Adds keys that no message models to every object of `record`.
void AddUnmodelledKeys(nlohmann::json& record);

}  // namespace falcon::leaves

#endif  // FALCON_TESTS_LEAVES_SAMPLES_H_
