// Walks a record's descriptor by path.
#include "mcp/tools/arguments_fields.h"

#include <algorithm>
#include <vector>

#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Longer ones are no typing error of a name.
constexpr size_t kMostBytes = 200;

// The message that a path goes on into; null: none.
const Descriptor* Inside(const FieldDescriptor& field) {
  const Descriptor* type = field.message_type();
  const bool value = type == nullptr || type->file()->package() == "google.protobuf";
  return value || field.is_map() ? nullptr : type;
}

void AddPaths(const Descriptor& type, const std::string& prefix,
              std::vector<const Descriptor*>& above, std::vector<std::string>& out) {
  if (std::find(above.begin(), above.end(), &type) != above.end()) return;
  above.push_back(&type);
  for (int i = 0; i < type.field_count(); ++i) {
    out.push_back(prefix + type.field(i)->name());
    if (const Descriptor* inside = Inside(*type.field(i))) {
      AddPaths(*inside, StrCat(out.back(), "."), above, out);
    }
  }
  above.pop_back();
}

std::string_view LastName(std::string_view path) { return path.substr(path.rfind('.') + 1); }

}  // namespace

bool HasPath(const Descriptor& record, std::string_view path) {
  const Descriptor* type = &record;
  while (type != nullptr) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return false;
    if (dot == path.npos) return true;
    type = Inside(*field);
    path.remove_prefix(dot + 1);
  }
  return false;
}

std::string NearestPath(const Descriptor& record, std::string_view path) {
  if (path.size() > kMostBytes) return {};
  std::vector<const Descriptor*> above;
  std::vector<std::string> paths;
  AddPaths(record, "", above, paths);
  // Outer ones first, so that of two that fit the plainer one is found.
  const auto depth = [](const std::string& known) {
    return std::count(known.begin(), known.end(), '.');
  };
  std::sort(paths.begin(), paths.end(), [&](const std::string& a, const std::string& b) {
    return depth(a) == depth(b) ? a < b : depth(a) < depth(b);
  });
  const std::string wanted = Lower(LastName(path));
  const auto same = std::find_if(paths.begin(), paths.end(), [&](const std::string& known) {
    return LastName(known) == wanted;
  });
  if (same != paths.end()) return *same;
  if (const std::string near = client::Nearest(path, paths); !near.empty()) return near;
  std::vector<std::string> names;
  names.reserve(paths.size());
  for (const std::string& known : paths) names.emplace_back(LastName(known));
  const auto name = std::find(names.begin(), names.end(), client::Nearest(wanted, names));
  return name == names.end() ? std::string() : paths[static_cast<size_t>(name - names.begin())];
}

}  // namespace falcon::mcp
