// FieldSelection: made from a mask or from the brief options, once for a request.
#include "json/field_selection.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/text.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"

namespace falcon::json {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr int kMaxPaths = 200;
// Edit distance over longer text would only cost time.
constexpr size_t kMaxTypoBytes = 80;
constexpr int kMaxTypoLevels = 3;

// Well-known types are one value: a mask does not reach inside.
bool IsValue(const Descriptor* message) { return message->file()->package() == "google.protobuf"; }

// The message inside `field` that a path may go on into.
const Descriptor* Inside(const FieldDescriptor* field) {
  const Descriptor* message = field->message_type();
  return message == nullptr || IsValue(message) ? nullptr : message;
}

std::string_view WithoutLast(std::string_view path) {
  const size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
}

void AddPaths(const Descriptor* message, const std::string& prefix,
              std::set<const Descriptor*>& around, std::vector<std::string>& paths) {
  if (!around.insert(message).second) return;  // contains itself
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    paths.push_back(prefix + field->name());
    if (const Descriptor* inside = Inside(field)) {
      AddPaths(inside, paths.back() + ".", around, paths);
    }
  }
  around.erase(message);
}

// The known path nearest to `path` or to a part of it: the same field of another message, or a
// typo.
std::string NearestPath(std::string_view path, const Descriptor* record, MaskWork& work) {
  if (path.size() > kMaxTypoBytes) return "";
  std::vector<std::string> paths;
  std::set<const Descriptor*> around;
  AddPaths(record, "", around, paths);
  for (int level = 0; level < kMaxTypoLevels && !path.empty(); ++level) {
    work.paths_compared += static_cast<int64_t>(paths.size());
    if (const std::string_view nearest = Nearest(path, paths); !nearest.empty()) {
      return std::string(nearest);
    }
    for (const std::string& known : paths) {
      if (known.ends_with(StrCat(".", path))) return known;
    }
    path = WithoutLast(path);
  }
  return "";
}

std::string Unknown(std::string_view path, const std::string& nearest) {
  return StrCat("unknown path `", EscapeUnsafe(path, 100), "`",
                nearest.empty() ? "" : StrCat("; did you mean `", nearest, "`?"));
}

// The fields that `path` names, outermost first; empty: unknown.
std::vector<const FieldDescriptor*> Resolve(std::string_view path, const Descriptor* record) {
  std::vector<const FieldDescriptor*> fields;
  const Descriptor* message = record;
  for (const auto part : absl::StrSplit(ToAbsl(path), '.')) {
    const FieldDescriptor* field =
        message == nullptr ? nullptr : message->FindFieldByName(std::string(part));
    if (field == nullptr) return {};
    fields.push_back(field);
    message = Inside(field);
  }
  return fields;
}

// A mask while it grows.
struct Draft {
  std::map<int, Draft> below;
  std::set<int> whole;

  void Add(const std::vector<const FieldDescriptor*>& path) {
    Draft* at = this;
    for (size_t i = 0; i < path.size(); ++i) {
      const int index = path[i]->index();
      if (at->whole.contains(index)) return;
      if (i + 1 < path.size()) {
        at = &at->below[index];
      } else {
        at->whole.insert(index);
        at->below.erase(index);
      }
    }
  }
};

template <class Node>
std::shared_ptr<const Node> Freeze(const Draft& draft) {
  auto node = std::make_shared<Node>();
  for (int index : draft.whole) node->selected.Add(index);
  for (const auto& [index, below] : draft.below) {
    node->selected.Add(index);
    node->below.emplace(index, Freeze<Node>(below));
  }
  return node;
}

Draft BriefDraft(const Descriptor* record, std::set<const Descriptor*>& around) {
  Draft draft;
  if (!around.insert(record).second) return draft;
  for (int i = 0; i < record->field_count(); ++i) {
    const FieldDescriptor* field = record->field(i);
    if (!field->options().GetExtension(options::v1::brief)) continue;
    Draft below;
    if (const Descriptor* inside = Inside(field)) below = BriefDraft(inside, around);
    if (below.below.empty() && below.whole.empty()) {
      draft.whole.insert(i);
    } else {
      draft.below.emplace(i, std::move(below));
    }
  }
  around.erase(record);
  return draft;
}

}  // namespace

std::string JsonKey(const FieldDescriptor* field) {
  const auto& options = field->options();
  return options.HasExtension(options::v1::json_key) ? options.GetExtension(options::v1::json_key)
                                                     : field->name();
}

FieldSelection FieldSelection::Brief(const Descriptor* record) {
  std::set<const Descriptor*> around;
  return FieldSelection(Freeze<Node>(BriefDraft(record, around)));
}

absl::StatusOr<FieldSelection> FieldSelection::FromMask(const google::protobuf::FieldMask& mask,
                                                        const Descriptor* record, MaskWork* work) {
  MaskWork own_work;
  if (work == nullptr) work = &own_work;
  if (mask.paths_size() > kMaxPaths) {
    return InvalidField("read_mask",
                        StrCat("at most ", kMaxPaths, " paths, not ", mask.paths_size()));
  }
  if (mask.paths_size() == 0) return FieldSelection();
  std::vector<FieldViolation> violations;
  Draft draft;
  bool suggested = false;  // once for each mask: it compares the path with hundreds
  for (const std::string& path : mask.paths()) {
    const std::vector<const FieldDescriptor*> fields = Resolve(path, record);
    if (path == "*") {
      violations.push_back(
          {"read_mask",
           "`*` is not a path; leave `read_mask` out and set `view` to RECORD_VIEW_FULL"});
    } else if (fields.empty()) {
      violations.push_back(
          {"read_mask", Unknown(path, suggested ? "" : NearestPath(path, record, *work))});
      suggested = true;
    } else {
      draft.Add(fields);
    }
  }
  if (!violations.empty()) return InvalidFields(violations);
  return FieldSelection(Freeze<Node>(draft));
}

bool FieldSelection::Has(const FieldDescriptor* field) const {
  return everything() || node_->selected.Has(field->index());
}

FieldSelection FieldSelection::Below(const FieldDescriptor* field) const {
  if (everything()) return {};
  const auto found = node_->below.find(field->index());
  return found == node_->below.end() ? FieldSelection() : FieldSelection(found->second);
}

FieldSelection FieldSelection::With(const FieldDescriptor* field) const {
  if (everything()) return {};
  auto node = std::make_shared<Node>(*node_);
  node->selected.Add(field->index());
  node->below.erase(field->index());
  return FieldSelection(std::move(node));
}

FieldSelection FieldSelection::With(const std::vector<const FieldDescriptor*>& path) const {
  if (everything() || path.empty()) return *this;
  if (path.size() == 1) return With(path.front());
  const bool whole = Has(path.front()) && !node_->below.contains(path.front()->index());
  if (whole) return *this;
  const auto inside = node_->below.find(path.front()->index());
  const FieldSelection before(inside == node_->below.end() ? std::make_shared<Node>()
                                                           : inside->second);
  auto node = std::make_shared<Node>(*node_);
  node->selected.Add(path.front()->index());
  node->below[path.front()->index()] = before.With({path.begin() + 1, path.end()}).node_;
  return FieldSelection(std::move(node));
}

std::vector<std::string> FieldSelection::TopLevelJsonKeys(const Descriptor* record) const {
  std::vector<std::string> keys;
  if (everything()) return keys;
  for (int i = 0; i < record->field_count(); ++i) {
    const FieldDescriptor* field = record->field(i);
    if (!Has(field) || field->name() == "additional_fields") continue;
    std::string key = JsonKey(field);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace falcon::json
