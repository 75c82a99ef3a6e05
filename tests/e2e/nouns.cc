// Calls by the descriptors, records by reflection, and the table of nouns.
#include "tests/e2e/nouns.h"

#include <google/protobuf/text_format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_split.h"
#include "client/messages.h"
#include "descriptor_set.h"

namespace falcon::e2e {

// One line for each noun, which its own test file defines.
#define FALCON_E2E_NOUNS(NOUN) \
  NOUN(kDetection)             \
  NOUN(kDiscoveredAccount)     \
  NOUN(kDiscoveredApplication) \
  NOUN(kDiscoveredHost)        \
  NOUN(kDiscoveredLogin)       \
  NOUN(kHost)                  \
  NOUN(kIncident)              \
  NOUN(kIntelIndicator)        \
  NOUN(kIoc)                   \
  NOUN(kRtrAuditSession)       \
  NOUN(kRtrSession)            \
  NOUN(kVulnerability)

#define FALCON_DECLARE_NOUN(name) extern const Noun name;
FALCON_E2E_NOUNS(FALCON_DECLARE_NOUN)
#undef FALCON_DECLARE_NOUN

namespace {

using client::Method;
using google::protobuf::FieldDescriptor;

std::vector<std::string> Split(const std::string& text, const char* separator, int most = 999) {
  return absl::StrSplit(text, absl::MaxSplits(separator, most));
}

// Loaded once: that takes a second with sanitizers.
const client::Catalog& SharedCatalog() {
  static const auto catalog = client::Catalog::Load(DescriptorSet());
  EXPECT_TRUE(catalog.ok()) << catalog.status();
  return **catalog;
}

client::CallSettings Patient() { return {.timeout = kGenerous, .stop = {}, .metadata = {}}; }

const FieldDescriptor& FieldOf(const Message& message, std::string_view name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(name));
  EXPECT_NE(field, nullptr) << message.GetDescriptor()->full_name() << " has no " << name;
  return *field;
}

std::vector<std::string> SizeFlags(int Noun::* size) {
  std::vector<std::string> flags;
  for (const Noun& noun : Nouns()) {
    if (noun.*size > 0) flags.insert(flags.end(), {noun.flag, std::to_string(noun.*size)});
  }
  return flags;
}

// The length of what the names of an enum's values begin with.
size_t PrefixOf(const google::protobuf::EnumDescriptor& type) {
  const size_t zero = type.value(0)->name().rfind("UNSPECIFIED");
  return zero == std::string::npos ? 0 : zero;
}

void Collect(const Message& message, std::string_view path, std::vector<Value>& values) {
  const size_t dot = path.find('.');
  const FieldDescriptor& field = FieldOf(message, path.substr(0, dot));
  const int size = field.is_repeated() ? message.GetReflection()->FieldSize(message, &field) : 1;
  for (int i = 0; i < size; ++i) {
    const int index = field.is_repeated() ? i : -1;
    Value value;
    if (field.message_type() != nullptr) {
      const Message& inner = client::MessageAt(message, field, index);
      if (dot != std::string_view::npos) {
        Collect(inner, path.substr(dot + 1), values);
        continue;
      }
      value.text = inner.ShortDebugString();
      value.number = static_cast<double>(client::NumberField(inner, "seconds").value_or(0)) +
                     static_cast<double>(client::NumberField(inner, "nanos").value_or(0)) * 1e-9;
    } else if (field.enum_type() != nullptr) {
      value.number = client::EnumAt(message, field, index);
      const auto* word = field.enum_type()->FindValueByNumber(static_cast<int>(value.number));
      if (word != nullptr) value.text = word->name().substr(PrefixOf(*field.enum_type()));
    } else {
      value.text = client::ScalarText(message, field, index);
      const bool number = field.cpp_type() != FieldDescriptor::CPPTYPE_STRING;
      if (number) value.number = std::strtod(value.text.c_str(), nullptr);
    }
    values.push_back(std::move(value));
  }
}

}  // namespace

const std::vector<Noun>& Nouns() {
#define FALCON_NOUN_ITEM(name) name,
  static const std::vector<Noun> nouns = {FALCON_E2E_NOUNS(FALCON_NOUN_ITEM)};
#undef FALCON_NOUN_ITEM
  return nouns;
}

std::ostream& operator<<(std::ostream& out, const Noun& noun) { return out << noun.record; }

WorldOptions SmallWorld() {
  return {.simulator = SizeFlags(&Noun::small),
          .environment = {{"VIRUSTOTAL_API_KEY", kVirusTotalKey}}};
}

WorldOptions MediumWorld() {
  WorldOptions options = {.simulator = SizeFlags(&Noun::medium)};
  options.simulator.insert(options.simulator.end(), {"--rate-limit", "0"});
  return options;
}

DynamicClient::DynamicClient(World& world)
    : catalog_(SharedCatalog()), invoker_(world.channel(), catalog_), requests_(catalog_, [] {
        std::map<std::string, std::string> ids;
        for (const Noun& noun : Nouns()) ids[noun.record] = noun.unknown_id;
        return ids;
      }()) {}

void DynamicClient::ForEach(const std::function<void(const Method&)>& visit) const {
  for (const bool lists : {true, false}) {
    for (const client::Noun& noun : catalog_.nouns()) {
      for (const Method& method : noun.methods) {
        const bool ours = method.descriptor->file()->package() == "falcon_gateway.v1";
        SCOPED_TRACE(method.descriptor->full_name());
        if (ours && (method.verb == "list") == lists) visit(method);
      }
    }
  }
}

const Method& DynamicClient::Find(const std::string& name) const {
  const Method* found = nullptr;
  ForEach([&](const Method& method) {
    if (method.descriptor->name() == name) found = &method;
  });
  if (found == nullptr) throw std::out_of_range(name);
  return *found;
}

const Method* DynamicClient::Find(const Noun& noun, std::string_view verb) const {
  const Method* found = nullptr;
  ForEach([&](const Method& method) {
    const auto* records = method.shape.records;
    const bool of_noun = records != nullptr && records->message_type() != nullptr &&
                         records->message_type()->name() == noun.record;
    if (of_noun && method.descriptor->name().starts_with(verb)) found = &method;
  });
  return found;
}

MessagePtr DynamicClient::Make(const Method& method, const std::string& text) const {
  MessagePtr request = catalog_.NewMessage(*method.descriptor->input_type());
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &*request))
      << method.descriptor->name() << ": " << text;
  return request;
}

client::Answer DynamicClient::Call(const Method& method, const Message& request) {
  if (!method.descriptor->server_streaming()) return invoker_.Unary(method, request, Patient());
  client::Answer answer;
  answer.failure = Stream(method, request, [&](const Message& message) {
    answer.message.reset(message.New());
    answer.message->CopyFrom(message);
    return true;
  });
  return answer;
}

MessagePtr DynamicClient::Ask(const Method& method, const Message& request) {
  client::Answer answer = invoker_.Unary(method, request, Patient());
  if (answer.failure.has_value()) {
    ADD_FAILURE() << method.descriptor->full_name() << ": " << answer.failure->message;
    return nullptr;
  }
  requests_.Remember(method, *answer.message);
  return std::move(answer.message);
}

std::optional<client::Failure> DynamicClient::Stream(
    const Method& method, const Message& request,
    const std::function<bool(const Message&)>& on_message) {
  return invoker_.Stream(method, request, Patient(), on_message);
}

void DynamicClient::Drain(const Method& method, const Message& request) {
  const auto failure = Stream(method, request, [](const Message&) { return true; });
  EXPECT_FALSE(failure.has_value()) << failure->message;
}

std::vector<MessagePtr> DynamicClient::List(const Method& method, const std::string& text) {
  std::vector<MessagePtr> all;
  const MessagePtr request = Make(method, text);
  do {
    const MessagePtr page = Ask(method, *request);
    if (page == nullptr) break;
    for (const Message* record : RecordsOf(method, *page)) {
      all.emplace_back(record->New())->CopyFrom(*record);
    }
    SetText(*request, "page_token", Text(*page, "next_page_token"));
  } while (!Text(*request, "page_token").empty());
  return all;
}

Exported DynamicClient::Export(const Method& method, const Message& request,
                               const AfterEach& after_each) {
  Exported all;
  const auto failure = Stream(method, request, [&](const Message& batch) {
    all.Add(batch);
    return !after_each || after_each(all);
  });
  if (failure.has_value()) all.status = grpc::Status(failure->code, failure->message);
  return all;
}

std::string Text(const Message& message, std::string_view field) {
  return client::ScalarText(message, FieldOf(message, field), -1);
}

void SetText(Message& message, std::string_view field, const std::string& value) {
  message.GetReflection()->SetString(&message, &FieldOf(message, field), value);
}

int SizeOf(const Message& message, const std::string& field) {
  return message.GetReflection()->FieldSize(message, &FieldOf(message, field));
}

v1::ReadInfo ReadInfoOf(const Message& response) {
  v1::ReadInfo info;
  const Message& dynamic = client::MessageAt(response, FieldOf(response, "read_info"), -1);
  EXPECT_TRUE(info.ParseFromString(dynamic.SerializeAsString()));
  return info;
}

std::vector<const Message*> RecordsOf(const Method& method, const Message& response) {
  const FieldDescriptor& field = *method.shape.records;
  std::vector<const Message*> records;
  const int size = field.is_repeated() ? response.GetReflection()->FieldSize(response, &field) : 1;
  for (int i = 0; i < size; ++i) {
    records.push_back(&client::MessageAt(response, field, field.is_repeated() ? i : -1));
  }
  return records;
}

std::string IdFieldOf(const google::protobuf::Descriptor& record) {
  for (const char* name : {"composite_id", "id"}) {
    if (record.FindFieldByName(name) != nullptr) return name;
  }
  return "device_id";
}

std::string IdOf(const Message& record) { return Text(record, IdFieldOf(*record.GetDescriptor())); }

std::vector<std::string> IdsOf(const std::vector<const Message*>& records) {
  std::vector<std::string> ids;
  for (const Message* record : records) ids.push_back(IdOf(*record));
  return ids;
}

bool operator<(const Value& left, const Value& right) {
  return left.number != right.number ? left.number < right.number : left.text < right.text;
}

std::vector<Value> ValuesAt(const Message& record, std::string_view path) {
  std::vector<Value> values;
  Collect(record, path, values);
  return values;
}

Condition::Condition(const std::string& text) {
  for (const std::string& alternative : Split(text, " or ")) {
    std::vector<Clause>& clauses = alternatives_.emplace_back();
    for (const std::string& clause : Split(alternative, " & ")) {
      const std::vector<std::string> parts = Split(clause, " ", 2);
      EXPECT_GE(parts.size(), 2U) << clause;
      clauses.push_back({parts.at(0), parts.at(1), {}});
      if (parts.size() > 2) clauses.back().operands = Split(parts[2], "|");
    }
  }
}

bool Condition::Holds(const Message& record) const {
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&](const auto& clauses) {
    return std::all_of(clauses.begin(), clauses.end(),
                       [&](const Clause& clause) { return clause.Holds(record); });
  });
}

bool Condition::Clause::Holds(const Message& record) const {
  std::vector<Value> values;
  if (path == "*") {
    values.push_back({record.SerializeAsString()});
  } else {
    values = ValuesAt(record, path);
  }
  if (op == "set" || op == "unset") {
    return (op == "set") == std::any_of(values.begin(), values.end(), [](const Value& value) {
             return !value.text.empty() && value.text != "0" && value.text != "false";
           });
  }
  const auto fits = [&](const Value& value) {
    return std::any_of(operands.begin(), operands.end(), [&](const std::string& operand) {
      const double number = std::strtod(operand.c_str(), nullptr);
      if (op == "^") return value.text.starts_with(operand);
      if (op == "$") return value.text.ends_with(operand);
      if (op == "~") return value.text.find(operand) != std::string::npos;
      if (op == ">") return value.number > number;
      if (op == ">=") return value.number >= number;
      if (op == "<") return value.number < number;
      if (op == "<=") return value.number <= number;
      return value.text == operand;
    });
  };
  const bool some = std::any_of(values.begin(), values.end(), fits);
  return op == "!=" ? !some : some;
}

}  // namespace falcon::e2e
