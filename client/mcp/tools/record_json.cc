#include "mcp/tools/record_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/tools/untrusted.h"
#include "messages.h"
#include "naming.h"
#include "render/record_table.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using client::MessageAt;
using client::MessageKind;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Levels of objects and lists: far more than records have, few enough for every reader of JSON.
constexpr int kMaxDepth = 48;
// Beyond it, readers of JSON round numbers.
constexpr int64_t kMaxExact = int64_t{1} << 53;
// An id that is cut is no id; longer ones than this are none.
constexpr size_t kIdBytes = 512;
// Of one text on a card: JSON holds more.
constexpr size_t kCardTextBytes = 1024;
constexpr size_t kMaxNamedCuts = 5;
constexpr std::string_view kCutMark = "… (cut)\n";
// From whole to what still tells something.
constexpr std::array<RecordLimits, 6> kLadder = {
    {{4096, 1000}, {1024, 100}, {512, 30}, {256, 10}, {128, 5}, {96, 3}}};

bool IsInexact(const OrderedJson& number) {
  if (number.is_number_unsigned()) return number.get<uint64_t>() > uint64_t{kMaxExact};
  return number.is_number_integer() && number.get<int64_t>() < -kMaxExact;
}

class RecordWriter {
 public:
  RecordWriter(const RecordLimits& limits, RecordCuts& cuts, const FieldDescriptor* id)
      : limits_(limits), cuts_(cuts), id_(id) {}

  OrderedJson Object(const Message& message) {
    const google::protobuf::Descriptor& type = *message.GetDescriptor();
    switch (client::KindOf(type)) {
      case MessageKind::kTimestamp:
      case MessageKind::kDuration:
      case MessageKind::kFieldMask:
        return String(client::WellKnownText(message), limits_.text_bytes);
      case MessageKind::kStruct:
        return Map(message, *type.field(0));
      case MessageKind::kListValue:
        return List(message, *type.field(0));
      case MessageKind::kValue:
        return Value(message);
      case MessageKind::kOther:
        break;
    }
    OrderedJson object = OrderedJson::object();
    if (!Descend()) return object;
    for (const FieldDescriptor* field : client::SetFields(message)) {
      const bool says_nothing = field->enum_type() != nullptr && !field->is_repeated() &&
                                client::EnumAt(message, *field, -1) == 0;
      if (says_nothing) continue;
      path_.push_back(field->name());
      object[field->name()] = field->is_map()        ? Map(message, *field)
                              : field->is_repeated() ? List(message, *field)
                                                     : One(message, *field, -1);
      path_.pop_back();
    }
    --depth_;
    return object;
  }

 private:
  bool Descend() {
    if (depth_ == kMaxDepth) {
      NoteCut();
      return false;
    }
    ++depth_;
    return true;
  }

  OrderedJson List(const Message& message, const FieldDescriptor& field) {
    OrderedJson list = OrderedJson::array();
    if (!Descend()) return list;
    const auto size = static_cast<size_t>(message.GetReflection()->FieldSize(message, &field));
    const size_t shown = std::min(size, limits_.list_items);
    if (shown < size) NoteCut();
    for (size_t i = 0; i < shown; ++i) list.push_back(One(message, field, static_cast<int>(i)));
    --depth_;
    return list;
  }

  // By the keys: a map has no order of its own, and the same answer should read the same.
  OrderedJson Map(const Message& message, const FieldDescriptor& field) {
    OrderedJson object = OrderedJson::object();
    if (!Descend()) return object;
    std::vector<std::pair<std::string, const Message*>> entries;
    const int size = message.GetReflection()->FieldSize(message, &field);
    entries.reserve(static_cast<size_t>(size));
    for (int i = 0; i < size; ++i) {
      const Message& entry = MessageAt(message, field, i);
      entries.emplace_back(client::ScalarText(entry, *field.message_type()->map_key(), -1), &entry);
    }
    std::sort(entries.begin(), entries.end());
    const size_t shown = std::min(entries.size(), limits_.list_items);
    if (shown < entries.size()) NoteCut();
    for (size_t i = 0; i < shown; ++i) {
      bool cut = false;
      std::string key = EscapedText(entries[i].first, limits_.text_bytes, &cut);
      // Keys that begin alike must not become the same key.
      if (cut) key.append(StrCat(" ", i + 1));
      if (cut) NoteCut();
      object[key] = One(*entries[i].second, *field.message_type()->map_value(), -1);
    }
    --depth_;
    return object;
  }

  OrderedJson Value(const Message& value) {
    const std::vector<const FieldDescriptor*> fields = client::SetFields(value);
    if (fields.empty() || fields[0]->enum_type() != nullptr) return nullptr;
    return One(value, *fields[0], -1);
  }

  OrderedJson One(const Message& message, const FieldDescriptor& field, int index) {
    if (field.message_type() != nullptr) return Object(MessageAt(message, field, index));
    if (field.enum_type() != nullptr) {
      const int number = client::EnumAt(message, field, index);
      const auto* value = field.enum_type()->FindValueByNumber(number);
      return value == nullptr ? std::to_string(number) : client::EnumWord(*value);
    }
    const std::string text = client::ScalarText(message, field, index);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      return String(text,
                    &field == id_ ? std::max(kIdBytes, limits_.text_bytes) : limits_.text_bytes);
    }
    OrderedJson number = OrderedJson::parse(text, nullptr, false);
    return number.is_discarded() || IsInexact(number) ? OrderedJson(text) : number;
  }

  OrderedJson String(std::string_view text, size_t bytes) {
    bool cut = false;
    std::string shown = EscapedText(text, bytes, &cut);
    if (cut) NoteCut();
    return shown;
  }

  void NoteCut() { cuts_.Add(client::Join(path_, ".")); }

  const RecordLimits& limits_;
  RecordCuts& cuts_;
  const FieldDescriptor* const id_;
  std::vector<std::string> path_;
  int depth_ = 0;
};

OrderedJson WithoutLargest(OrderedJson record, const FieldDescriptor* id, size_t bytes,
                           RecordCuts& cuts) {
  std::vector<std::pair<size_t, std::string>> by_size;
  size_t total = Text(record).size();
  for (const auto& [name, value] : record.items()) {
    const size_t key_bytes = name.size() + 4;
    if (id == nullptr || name != id->name()) {
      by_size.emplace_back(Text(value).size() + key_bytes, name);
    }
  }
  std::sort(by_size.rbegin(), by_size.rend());
  for (const auto& [size, name] : by_size) {
    if (total <= bytes) break;
    total -= size;
    record.erase(name);
    std::erase_if(cuts.paths,
                  [&](const std::string& path) { return path.starts_with(name + "."); });
    cuts.Add(name);
  }
  return record;
}

// Whole lines of the card, as many as fit.
std::string CardWithin(std::string card, size_t bytes) {
  if (card.size() <= bytes) return card;
  const size_t room = bytes - std::min(bytes, kCutMark.size());
  const size_t end = card.rfind('\n', room == 0 ? 0 : room - 1);
  card.resize(end == std::string::npos ? 0 : end + 1);
  return card.append(kCutMark);
}

}  // namespace

void RecordCuts::Add(std::string path) {
  constexpr size_t kMaxPaths = 10;
  const bool known = std::find(paths.begin(), paths.end(), path) != paths.end();
  if (!known && paths.size() < kMaxPaths) paths.push_back(std::move(path));
}

void RecordCuts::Add(const RecordCuts& more) {
  for (const std::string& path : more.paths) Add(path);
}

const FieldDescriptor* IdFieldOf(const google::protobuf::Descriptor& record) {
  if (record.field_count() == 0) return nullptr;
  const FieldDescriptor* first = record.field(0);
  const bool text = first->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !first->is_repeated();
  return text ? first : nullptr;
}

OrderedJson RecordJson(const Message& record, const RecordLimits& limits, RecordCuts& cuts) {
  return RecordWriter(limits, cuts, nullptr).Object(record);
}

OrderedJson RecordWithin(const Message& record, size_t bytes, RecordCuts& cuts) {
  const FieldDescriptor* id = IdFieldOf(*record.GetDescriptor());
  OrderedJson json;
  RecordCuts tried;
  for (const RecordLimits& limits : kLadder) {
    tried = {};
    json = RecordWriter(limits, tried, id).Object(record);
    if (Text(json).size() <= bytes) break;
  }
  json = WithoutLargest(std::move(json), id, bytes, tried);
  cuts.Add(tried);
  return json;
}

std::string RecordCard(const Message& record) {
  const client::Style style{.now = {}, .align = false, .escape = [](std::string_view text) {
                              return UntrustedText(text, kCardTextBytes);
                            }};
  return client::Card(record, style);
}

ShownRecords TruncateList(const Message& holder, const FieldDescriptor& field, int first, int max,
                          Format format, size_t bytes) {
  const size_t room = std::max(bytes, kMinRecordBytes);
  const bool scalar = field.message_type() == nullptr;
  ShownRecords shown{.json = OrderedJson::array(), .cards = {}, .cuts = {}};
  size_t used = 2;
  const int size = holder.GetReflection()->FieldSize(holder, &field);
  const int end = max < size - first ? first + max : size;
  for (int i = first; i < end; ++i) {
    RecordCuts cuts;
    const std::string text =
        scalar ? EscapedText(client::ScalarText(holder, field, i), kIdBytes) : std::string();
    OrderedJson json =
        scalar ? OrderedJson(text) : RecordJson(MessageAt(holder, field, i), {}, cuts);
    std::string card;
    if (format == Format::kText) {
      card = scalar ? text + "\n"
                    : StrCat(shown.count > 0 ? kCardSeparator : "",
                             RecordCard(MessageAt(holder, field, i)));
    }
    const size_t added = Text(json).size() + 1;
    const bool fits = used + added <= room && shown.cards.size() + card.size() <= room;
    if (!fits) shown.cut = true;
    if (!fits && shown.count > 0) break;
    if (!fits) {
      cuts = {};
      json = RecordWithin(MessageAt(holder, field, i), room - 3, cuts);
      card = CardWithin(std::move(card), room);
    }
    used += added;
    shown.json.push_back(std::move(json));
    shown.cards.append(card);
    shown.cuts.Add(cuts);
    ++shown.count;
  }
  return shown;
}

ShownRecords TruncateRecord(const Message& record, Format format, size_t bytes) {
  const size_t room = std::max(bytes, kMinRecordBytes);
  ShownRecords shown;
  shown.json = RecordWithin(record, room, shown.cuts);
  shown.cut = shown.cuts.any();
  if (format == Format::kText) {
    std::string card = RecordCard(record);
    shown.cut |= card.size() > room;
    shown.cards = CardWithin(std::move(card), room);
  }
  return shown;
}

std::string CutsSentence(const RecordCuts& cuts) {
  if (!cuts.any()) return {};
  const bool more = cuts.paths.size() > kMaxNamedCuts;
  const auto end = more ? cuts.paths.begin() + kMaxNamedCuts : cuts.paths.end();
  return StrCat("Cut to fit: ", client::Join({cuts.paths.begin(), end}, ", "),
                more ? " and more." : ".");
}

}  // namespace falcon::mcp
