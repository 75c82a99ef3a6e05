#include "mcp/tools/arguments.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "mcp/protocol/server_definition.h"
#include "mcp/tools/argument_value.h"
#include "mcp/tools/parameters.h"
#include "mcp/tools/record_json.h"
#include "mcp/tools/result.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// What the gateway takes in a read mask, and more than it takes in any other list.
constexpr size_t kMaxFields = 200;
constexpr size_t kMaxItems = 1000;
// Of a list, in a sentence.
constexpr size_t kMaxNamed = 5;
constexpr size_t kMaxLines = 20;
constexpr size_t kNameColumns = 60;
constexpr size_t kValueColumns = 100;
// A longer call teaches nothing that its lines do not say.
constexpr size_t kMaxExampleBytes = 2048;

// FNV-1a: cursors outlive the process, which a seeded hash would not.
uint64_t HashOf(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

Json WithoutHostile(const Json& value) {
  if (value.is_string()) return client::EscapeUnsafe(value.get_ref<const std::string&>());
  Json out = value;
  if (value.is_structured()) {
    for (Json& item : out) item = WithoutHostile(item);
  }
  return out;
}

std::string FirstOf(std::vector<std::string> words, std::string_view separator) {
  const size_t more = words.size() > kMaxNamed ? words.size() - kMaxNamed : 0;
  if (more > 0) words.resize(kMaxNamed);
  if (more > 0) words.push_back(StrCat(more, " more"));
  return client::Join(words, separator);
}

// "7", "high": a value in a sentence.
std::string Told(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : Text(value);
  return client::Truncate(client::EscapeUnsafe(text), kValueColumns);
}

std::vector<std::string> NamesOf(const std::vector<Parameter>& parameters) {
  std::vector<std::string> names;
  names.reserve(parameters.size());
  for (const Parameter& parameter : parameters) names.push_back(parameter.name);
  return names;
}

// What is wrong with the arguments of a call, collected into one result that teaches.
class Problems {
 public:
  Problems(const ToolBinding& tool, const std::vector<Parameter>& parameters)
      : tool_(tool), parameters_(parameters) {}

  void Add(std::string_view name, std::string_view what) {
    lines_.push_back(StrCat(name, ": ", what));
    if (FindNamed(parameters_, name) != nullptr) wrong_.emplace(name);
  }

  // An argument that the tool does not have. The parameter that was meant; null: none is near.
  const Parameter* Unknown(const std::string& name) {
    unknown_ = true;
    const Parameter* meant = MeantBy(name);
    const std::string shown = client::Truncate(client::EscapeUnsafe(name), kNameColumns);
    if (meant == nullptr) wrong_.insert(shown);
    Add(shown, meant == nullptr ? "no such argument"
                                : StrCat("no such argument; did you mean \"", meant->name, "\"?"));
    return meant;
  }

  // How the argument stands in the corrected call.
  void Correct(const std::string& name, Json value) { example_[name] = std::move(value); }
  void LeaveOut(const std::string& name) { example_.erase(name); }
  bool any() const { return !lines_.empty(); }

  // A line for each problem, the known arguments if one was unknown, and the corrected call.
  ToolResult Result() const {
    std::string text = StrCat("No query was made: ", tool_.spec->name, " needs other arguments.\n");
    for (size_t i = 0; i < std::min(lines_.size(), kMaxLines); ++i) text += lines_[i] + "\n";
    if (lines_.size() > kMaxLines) text += StrCat("and ", lines_.size() - kMaxLines, " more\n");
    if (unknown_) {
      const std::string names = client::Join(NamesOf(parameters_), ", ");
      text += StrCat("Known arguments: ", names.empty() ? "none" : names, ".\n");
    }
    const std::string example = Text(WithoutHostile(example_));
    if (example.size() <= kMaxExampleBytes) text += StrCat("Corrected", Dropped(), ": ", example);
    return ErrorResult(std::move(text));
  }

 private:
  // Somebody who knows the protos uses their names; somebody who guesses says detection_id.
  const Parameter* MeantBy(const std::string& name) const {
    if (!client::FindParameter(*tool_.method->descriptor->input_type(), name).empty()) {
      if (const Parameter* own = FindNamed(parameters_, ParameterNameOf(tool_, name))) return own;
    }
    const std::string near = client::Nearest(name.substr(0, kNameColumns), NamesOf(parameters_));
    if (!near.empty()) return FindNamed(parameters_, near);
    const auto id = std::find_if(parameters_.begin(), parameters_.end(),
                                 [](const Parameter& parameter) { return parameter.required; });
    return name.ends_with("id") && id != parameters_.end() ? &*id : nullptr;
  }

  // Names what the corrected call lost, since it may now match more than was meant.
  std::string Dropped() const {
    std::vector<std::string> names;
    std::copy_if(wrong_.begin(), wrong_.end(), std::back_inserter(names),
                 [&](const std::string& name) { return !example_.contains(name); });
    return names.empty() ? std::string() : StrCat(", but without ", FirstOf(names, ", "));
  }

  const ToolBinding& tool_;
  const std::vector<Parameter>& parameters_;
  std::vector<std::string> lines_;
  std::set<std::string> wrong_;
  bool unknown_ = false;
  Json example_ = Json::object();
};

class ArgumentReader {
 public:
  ArgumentReader(const ToolBinding& tool, const client::Catalog& catalog, absl::Time now)
      : tool_(tool), now_(now), parameters_(ParametersOf(tool)), problems_(tool, parameters_) {
    const FieldDescriptor* records = tool.method->shape.records;
    if (records != nullptr) record_ = records->message_type();
    read_.request = catalog.NewMessage(*tool.method->descriptor->input_type());
    read_.view = UsualView();
    fingerprint_ = tool.spec->name;
  }

  std::variant<ToolRequest, ToolResult> Read(const Json& arguments) {
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
    read_.filters = client::Join(told_, ", ");
    read_.fingerprint = HashOf(fingerprint_);
    return std::move(read_);
  }

 private:
  // Searches are brief by themselves, and gets are full.
  View UsualView() const {
    return tool_.spec->kind == ToolKind::kSearch ? View::kBrief : View::kFull;
  }

  void Unknown(const std::string& name, const Json& given) {
    const Parameter* meant = problems_.Unknown(name);
    if (meant == nullptr) return;
    given_.insert(meant->name);
    const ArgumentValue value = ReadValue(*meant, given, now_, record_);
    if (!value.right.is_null()) problems_.Correct(meant->name, value.right);
  }

  void Argument(const Parameter& parameter, const Json& given) {
    given_.insert(parameter.name);
    const std::vector<Json> items = ItemsOf(parameter, given);
    if (!CountIsRight(parameter, items.size())) return;
    Json right = Json::array();
    std::vector<std::string> words;
    for (const Json& item : items) {
      const ArgumentValue value = ReadValue(parameter, item, now_, record_);
      const bool again = std::find(right.begin(), right.end(), value.right) != right.end();
      if (!value.right.is_null() && !again) right.push_back(value.right);
      if (!value.problem.empty()) {
        problems_.Add(parameter.name, value.problem);
      } else if (!again) {
        words.push_back(Told(value.right));
        Put(parameter, value.right);
      }
    }
    if (!right.empty()) {
      const bool list = parameter.list && (given.is_array() || right.size() > 1);
      problems_.Correct(parameter.name, list ? right : right.front());
    }
    if (Narrows(parameter)) told_.push_back(StrCat(parameter.name, " ", FirstOf(words, " or ")));
    // A page of another size or form belongs to the same search.
    const bool steers = parameter.use == ParameterUse::kLimit ||
                        parameter.use == ParameterUse::kCursor ||
                        parameter.use == ParameterUse::kFormat;
    if (!steers) fingerprint_ += StrCat("\n", parameter.name, " ", Text(right));
  }

  bool CountIsRight(const Parameter& parameter, size_t items) {
    const size_t max = parameter.use == ParameterUse::kFields ? kMaxFields : kMaxItems;
    if (items > 1 && !parameter.list) problems_.Add(parameter.name, "takes one value, not a list");
    if (items > max) problems_.Add(parameter.name, StrCat("takes at most ", max, " values"));
    return items <= max;
  }

  // Whether fewer records match for it. What an aggregation computes narrows nothing.
  bool Narrows(const Parameter& parameter) const {
    if (parameter.use != ParameterUse::kRequest) return false;
    return tool_.spec->kind != ToolKind::kAggregate || parameter.path.front()->name() == "filter";
  }

  void Put(const Parameter& parameter, const Json& value) {
    switch (parameter.use) {
      case ParameterUse::kLimit:
        read_.limit = value.get<int>();
        break;
      case ParameterUse::kCursor:
        read_.cursor = value.get<std::string>();
        break;
      case ParameterUse::kFields:
        fields_.push_back(value.get<std::string>());
        break;
      case ParameterUse::kView:
        read_.view = value == "full" ? View::kFull : View::kBrief;
        break;
      case ParameterUse::kFormat:
        read_.format = value == "text" ? Format::kText : Format::kJson;
        break;
      case ParameterUse::kRequest:
      case ParameterUse::kOrder:
        PutValue(parameter, value, now_, *read_.request);
        break;
    }
  }

  void CheckNeeded() {
    for (const Parameter& parameter : parameters_) {
      if (!parameter.required || given_.contains(parameter.name)) continue;
      const std::string about = parameter.words.empty()
                                    ? DescriptionOf(tool_, parameter)
                                    : StrCat("one of ", client::Join(parameter.words, ", "));
      problems_.Add(parameter.name, about.empty() ? "is needed" : StrCat("is needed: ", about));
      problems_.Correct(parameter.name, StrCat("<", parameter.name, ">"));
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

  void CheckIntervals() {
    for (size_t i = 0; i + 1 < parameters_.size(); ++i) {
      const Parameter& after = parameters_[i];
      const Parameter& before = parameters_[i + 1];
      if (after.kind != ParameterKind::kInstant || &before.field() != &after.field()) continue;
      const bool starts = given_.contains(after.name);
      const bool ends = given_.contains(before.name);
      if ((starts || ends) && given_.contains("days")) {
        problems_.Add("days", StrCat("goes not together with ", after.name, " or ", before.name));
        problems_.LeaveOut("days");
      }
      if (starts && ends && IsBackward(after, before)) {
        problems_.Add(before.name, StrCat("is not later than ", after.name));
        problems_.LeaveOut(before.name);
      }
    }
  }

  bool IsBackward(const Parameter& after, const Parameter& before) const {
    const Message* range = client::HolderOf(after.path, *read_.request);
    const auto has = [range](const FieldDescriptor* end) {
      return range != nullptr && range->GetReflection()->HasField(*range, end);
    };
    if (!has(after.path.back()) || !has(before.path.back())) return false;
    return client::TimeOf(client::MessageAt(*range, *after.path.back(), -1)) >=
           client::TimeOf(client::MessageAt(*range, *before.path.back(), -1));
  }

  void SetMask() {
    const bool all = std::find(fields_.begin(), fields_.end(), "*") != fields_.end();
    if (all) read_.view = View::kFull;
    if (all) fields_.clear();
    read_.chose_fields = !fields_.empty();
    const FieldDescriptor* mask = tool_.method->shape.read_mask;
    if (mask == nullptr) return;
    const auto& reflection = *read_.request->GetReflection();
    if (read_.view != UsualView() && !read_.chose_fields) {
      reflection.SetEnumValue(read_.request.get(),
                              read_.request->GetDescriptor()->FindFieldByName("view"),
                              read_.view == View::kFull ? 2 : 1);
    }
    if (!read_.chose_fields) return;
    // A record can be told from the others, cited and asked for by its id.
    const FieldDescriptor* id = record_ == nullptr ? nullptr : IdFieldOf(*record_);
    const bool lacks_id =
        id != nullptr && std::find(fields_.begin(), fields_.end(), id->name()) == fields_.end();
    if (lacks_id) fields_.push_back(id->name());
    Message& target = *reflection.MutableMessage(read_.request.get(), mask);
    for (const std::string& path : fields_) {
      target.GetReflection()->AddString(&target, target.GetDescriptor()->FindFieldByNumber(1),
                                        path);
    }
  }

  const ToolBinding& tool_;
  const absl::Time now_;
  const std::vector<Parameter> parameters_;
  Problems problems_;
  const google::protobuf::Descriptor* record_ = nullptr;
  ToolRequest read_;
  std::set<std::string, std::less<>> given_;
  std::vector<std::string> fields_;
  std::vector<std::string> told_;
  std::string fingerprint_;
};

}  // namespace

std::variant<ToolRequest, ToolResult> ReadArguments(const ToolBinding& tool,
                                                    const client::Catalog& catalog,
                                                    const Json& arguments, absl::Time now) {
  return ArgumentReader(tool, catalog, now).Read(WithoutBlanks(arguments));
}

}  // namespace falcon::mcp
