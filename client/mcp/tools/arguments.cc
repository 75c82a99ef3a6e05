// Arguments into a request: each is read, and what is wrong with any is told at once.
#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "mcp/protocol/params.h"
#include "mcp/tools/arguments_fields.h"
#include "mcp/tools/arguments_problems.h"
#include "mcp/tools/arguments_value.h"
#include "mcp/tools/parameters.h"
#include "mcp/tools/parameters_list.h"
#include "mcp/tools/record_writer.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What the gateway takes in a read mask, and more than it takes in any other list.
constexpr size_t kMostFields = 200;
constexpr size_t kMostItems = 1000;
// Of a list, in a sentence.
constexpr size_t kMostItemsTold = 5;

// FNV-1a.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

// Whether fewer records match for it. What an aggregation computes narrows nothing.
bool Narrows(const BoundTool& tool, const Parameter& parameter) {
  if (parameter.use != ParameterUse::kRequest) return false;
  return tool.facts->kind != ToolKind::kAggregate || parameter.path.front()->name() == "filter";
}

// Whether a page of another size or form belongs to the same search.
bool Steers(const Parameter& parameter) {
  return parameter.use == ParameterUse::kLimit || parameter.use == ParameterUse::kCursor ||
         parameter.use == ParameterUse::kFormat;
}

std::string Told(const std::string& name, std::vector<std::string> words) {
  const size_t more = words.size() > kMostItemsTold ? words.size() - kMostItemsTold : 0;
  if (more > 0) words.resize(kMostItemsTold);
  if (more > 0) words.push_back(StrCat(more, " more"));
  return StrCat(name, " ", client::Join(words, " or "));
}

class Reading {
 public:
  Reading(const BoundTool& tool, const client::Catalog& catalog, absl::Time now)
      : tool_(tool), now_(now), parameters_(ParametersOf(tool)), problems_(tool, parameters_) {
    const FieldDescriptor* records = tool.method->shape.records;
    if (records != nullptr) record_ = records->message_type();
    asked_.request = catalog.NewMessage(*tool.method->descriptor->input_type());
    asked_.view = tool.facts->kind == ToolKind::kSearch ? View::kBrief : View::kFull;
    fingerprint_ = tool.facts->name;
  }

  std::variant<Asked, ToolResult> Read(const Json& arguments) {
    for (const auto& [name, given] : arguments.items()) {
      if (FindNamed(parameters_, name) == nullptr) Unknown(name, given);
    }
    for (const Parameter& parameter : parameters_) {
      const auto given = arguments.find(parameter.name);
      if (given != arguments.end()) Argument(parameter, *given);
    }
    CheckNeeded();
    CheckIntervals();
    if (problems_.any()) return problems_.Result();
    SetMask();
    asked_.filters = client::Join(told_, ", ");
    asked_.fingerprint = HashOf(fingerprint_);
    return std::move(asked_);
  }

 private:
  void Unknown(const std::string& name, const Json& given) {
    const Parameter* meant = problems_.Unknown(name);
    if (meant == nullptr) return;
    given_.insert(meant->name);
    const ReadValue read = ReadOne(*meant, given, now_, record_);
    if (!read.right.is_null()) problems_.Correct(meant->name, read.right);
  }

  void Argument(const Parameter& parameter, const Json& given) {
    given_.insert(parameter.name);
    const std::vector<Json> items = ItemsOf(parameter, given);
    if (!CountIsRight(parameter, items.size())) return;
    Json right = Json::array();
    std::vector<std::string> words;
    for (const Json& item : items) {
      const ReadValue read = ReadOne(parameter, item, now_, record_);
      const bool again = std::find(right.begin(), right.end(), read.right) != right.end();
      if (!read.right.is_null() && !again) right.push_back(read.right);
      if (!read.problem.empty()) {
        problems_.Add(parameter.name, read.problem);
      } else if (!again) {
        words.push_back(read.words);
        Put(parameter, read.value);
      }
    }
    if (!right.empty()) {
      const bool list = parameter.list && (given.is_array() || right.size() > 1);
      problems_.Correct(parameter.name, list ? right : right.front());
    }
    if (Narrows(tool_, parameter)) told_.push_back(Told(parameter.name, std::move(words)));
    if (!Steers(parameter)) fingerprint_ += StrCat("\n", parameter.name, " ", Text(right));
  }

  bool CountIsRight(const Parameter& parameter, size_t items) {
    const size_t most = parameter.use == ParameterUse::kFields ? kMostFields : kMostItems;
    if (items > 1 && !parameter.list) problems_.Add(parameter.name, "takes one value, not a list");
    if (items > most) problems_.Add(parameter.name, StrCat("takes at most ", most, " values"));
    return items <= most;
  }

  void Put(const Parameter& parameter, const Value& value) {
    switch (parameter.use) {
      case ParameterUse::kLimit:
        asked_.limit = std::get<int>(value);
        break;
      case ParameterUse::kCursor:
        asked_.cursor = std::get<std::string>(value);
        break;
      case ParameterUse::kFields:
        fields_.push_back(std::get<std::string>(value));
        break;
      case ParameterUse::kView:
        asked_.view = std::get<std::string>(value) == "full" ? View::kFull : View::kBrief;
        break;
      case ParameterUse::kFormat:
        asked_.format = std::get<std::string>(value) == "text" ? Format::kText : Format::kJson;
        break;
      case ParameterUse::kRequest:
      case ParameterUse::kOrder:
        PutValue(parameter, value, *asked_.request);
        break;
    }
  }

  void CheckNeeded() {
    for (const Parameter& parameter : parameters_) {
      if (!parameter.required || given_.contains(parameter.name)) continue;
      Miss(parameter);
    }
    const std::vector<std::string> either = EitherOf(tool_, parameters_);
    std::vector<std::string> there;
    std::copy_if(either.begin(), either.end(), std::back_inserter(there),
                 [&](const std::string& name) { return given_.contains(name); });
    if (either.size() < 2 || there.size() == 1) return;
    if (there.empty()) {
      problems_.Add(client::Join(either, ", "), "one of them is needed");
      problems_.Correct(either.front(), StrCat("<", either.front(), ">"));
      return;
    }
    problems_.Add(client::Join(there, ", "), "give only one of them");
    for (size_t i = 1; i < there.size(); ++i) problems_.LeaveOut(there[i]);
  }

  void Miss(const Parameter& parameter) {
    const std::string about = parameter.words.empty()
                                  ? DescriptionOf(tool_, parameter)
                                  : StrCat("one of ", client::Join(parameter.words, ", "));
    problems_.Add(parameter.name, about.empty() ? "is needed" : StrCat("is needed: ", about));
    problems_.Correct(parameter.name, StrCat("<", parameter.name, ">"));
  }

  void CheckIntervals() {
    for (size_t i = 0; i + 1 < parameters_.size(); ++i) {
      const Parameter& after = parameters_[i];
      const Parameter& before = parameters_[i + 1];
      if (after.kind != ParameterKind::kInstant || &before.field() != &after.field()) {
        continue;
      }
      const bool interval = given_.contains(after.name) || given_.contains(before.name);
      if (interval && given_.contains("days")) {
        problems_.Add("days", StrCat("goes not together with ", after.name, " or ", before.name));
        problems_.LeaveOut("days");
      }
      if (given_.contains(after.name) && given_.contains(before.name) &&
          IsBackward(after, before)) {
        problems_.Add(before.name, StrCat("is not later than ", after.name));
        problems_.LeaveOut(before.name);
      }
    }
  }

  bool IsBackward(const Parameter& after, const Parameter& before) const {
    const Message& range = *client::HolderOf(after.path, *asked_.request);
    const auto& reflection = *range.GetReflection();
    const FieldDescriptor& start = *after.path.back();
    const FieldDescriptor& end = *before.path.back();
    return reflection.HasField(range, &start) && reflection.HasField(range, &end) &&
           client::TimeOf(client::MessageAt(range, start, -1)) >=
               client::TimeOf(client::MessageAt(range, end, -1));
  }

  void SetMask() {
    const bool all = std::find(fields_.begin(), fields_.end(), "*") != fields_.end();
    if (all) asked_.view = View::kFull;
    if (all) fields_.clear();
    asked_.chose_fields = !fields_.empty();
    const FieldDescriptor* mask = tool_.method->shape.read_mask;
    if (mask == nullptr) return;
    // Searches are brief by themselves, and gets are full.
    const View usual = tool_.facts->kind == ToolKind::kSearch ? View::kBrief : View::kFull;
    if (asked_.view != usual && !asked_.chose_fields) {
      const FieldDescriptor* view = asked_.request->GetDescriptor()->FindFieldByName("view");
      asked_.request->GetReflection()->SetEnumValue(asked_.request.get(), view,
                                                    asked_.view == View::kFull ? 2 : 1);
    }
    if (asked_.chose_fields) AddId();
    for (const std::string& path : fields_) {
      Message& target =
          *asked_.request->GetReflection()->MutableMessage(asked_.request.get(), mask);
      target.GetReflection()->AddString(&target, target.GetDescriptor()->FindFieldByNumber(1),
                                        path);
    }
  }

  // A record can be told from the others, cited and asked for.
  void AddId() {
    const FieldDescriptor* id = record_ == nullptr ? nullptr : IdFieldOf(*record_);
    if (id == nullptr) return;
    if (std::find(fields_.begin(), fields_.end(), id->name()) != fields_.end()) return;
    fields_.push_back(id->name());
  }

  const BoundTool& tool_;
  const absl::Time now_;
  const std::vector<Parameter> parameters_;
  Problems problems_;
  const google::protobuf::Descriptor* record_ = nullptr;
  Asked asked_;
  std::set<std::string, std::less<>> given_;
  std::vector<std::string> fields_;
  std::vector<std::string> told_;
  std::string fingerprint_;
};

}  // namespace

std::variant<Asked, ToolResult> ReadArguments(const BoundTool& tool, const client::Catalog& catalog,
                                              const Json& arguments, absl::Time now) {
  return Reading(tool, catalog, now).Read(WithoutBlanks(arguments));
}

}  // namespace falcon::mcp
