// The tree behind a FieldSelection: one node for each message that is shown in part. Only this room
// includes it.
#ifndef FALCON_JSON_FIELD_SELECTION_NODE_H_
#define FALCON_JSON_FIELD_SELECTION_NODE_H_

#include <map>
#include <memory>

#include "json/field_selection.h"
#include "json/field_set.h"

namespace falcon::json {

struct FieldSelection::Node {
  FieldSet selected;
  std::map<int, std::shared_ptr<const Node>> below;  // by field index; missing: all of the field

  const Node* Below(int index) const {
    if (below.empty()) return nullptr;
    const auto found = below.find(index);
    return found == below.end() ? nullptr : found->second.get();
  }
};

}  // namespace falcon::json

#endif  // FALCON_JSON_FIELD_SELECTION_NODE_H_
