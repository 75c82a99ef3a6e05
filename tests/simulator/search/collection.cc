// Reads dotted paths out of whole records.
#include "simulator/search/collection.h"

#include <utility>

namespace falcon::simulator {
namespace {

void Collect(const Json& node, std::string_view path, std::vector<std::string>* found) {
  if (node.is_array()) {
    for (const Json& item : node) Collect(item, path, found);
    return;
  }
  if (path.empty()) {
    if (node.is_string()) {
      found->push_back(node.get<std::string>());
    } else if (!node.is_null() && !node.is_object()) {
      found->push_back(node.dump());
    }
    return;
  }
  if (!node.is_object()) return;
  const size_t dot = path.find('.');
  const auto next = node.find(std::string(path.substr(0, dot)));
  if (next == node.end()) return;
  Collect(*next, dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1), found);
}

}  // namespace

fql::Value ValueAt(const Json& record, std::string_view path, fql::FieldType type) {
  std::vector<std::string> found;
  Collect(record, path, &found);
  if (found.empty()) return {};
  if (type == fql::FieldType::kArray || found.size() > 1) return fql::Value(std::move(found));
  return fql::FromText(std::move(found.front()), type);
}

fql::Value ValueAt(const Json& record, const fql::Field& field) {
  return ValueAt(record, field.path.empty() ? field.name : field.path, field.type);
}

}  // namespace falcon::simulator
