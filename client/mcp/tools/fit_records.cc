// Renders records one by one until the room is used up.
#include "mcp/tools/fit_records.h"

#include <algorithm>

#include "mcp/tools/record_card.h"
#include "mcp/tools/shown_text.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kMostNamedCuts = 5;
constexpr std::string_view kCutMark = "   … (cut)\n";

// Ids. One always fits the least room.
constexpr size_t kScalarBytes = 512;

// Whole lines of the card, as many as fit.
std::string CardWithin(std::string card, size_t bytes) {
  if (card.size() <= bytes) return card;
  const size_t room = bytes - std::min(bytes, kCutMark.size());
  const size_t end = card.rfind('\n', room == 0 ? 0 : room - 1);
  card.resize(end == std::string::npos ? 0 : end + 1);
  return card.append(kCutMark);
}

class List {
 public:
  List(const Message& holder, const FieldDescriptor& field, Format format, size_t bytes)
      : holder_(holder),
        field_(field),
        cards_(format == Format::kText),
        bytes_(std::max(bytes, kLeastRecordBytes)) {
    shown_.json = "[";
  }

  // False: it did not fit, and nothing was added.
  bool Add(int index) {
    const size_t json = shown_.json.size();
    const size_t cards = shown_.cards.size();
    if (shown_.count > 0) shown_.json.push_back(',');
    RecordCuts cuts;
    if (field_.message_type() == nullptr) {
      AddScalar(client::ScalarText(holder_, field_, index));
    } else {
      AddRecord(client::MessageAt(holder_, field_, index), cuts);
    }
    const bool fits = shown_.json.size() < bytes_ && shown_.cards.size() <= bytes_;
    if (!fits && shown_.count > 0) {
      shown_.json.resize(json);
      shown_.cards.resize(cards);
      return false;
    }
    if (!fits) AddCutRecord(index, cuts);
    for (const std::string& path : cuts.paths) shown_.cuts.Add(path);
    ++shown_.count;
    return true;
  }

  ShownRecords Take(bool cut) {
    shown_.json.push_back(']');
    shown_.cut |= cut;
    return std::move(shown_);
  }

 private:
  void AddScalar(const std::string& text) {
    shown_.json.push_back('"');
    AppendShown(shown_.json, text, kScalarBytes, Place::kJsonString);
    shown_.json.push_back('"');
    if (!cards_) return;
    AppendShown(shown_.cards, text, kScalarBytes, Place::kPlain);
    shown_.cards.push_back('\n');
  }

  void AddRecord(const Message& record, RecordCuts& cuts) {
    AppendRecord(shown_.json, record, {}, cuts);
    if (!cards_) return;
    if (shown_.count > 0) shown_.cards.append(CardSeparator());
    shown_.cards.append(RecordCard(record));
  }

  void AddCutRecord(int index, RecordCuts& cuts) {
    const Message& record = client::MessageAt(holder_, field_, index);
    cuts = {};
    shown_.json = "[" + RecordWithin(record, bytes_ - 2, cuts);
    shown_.cards = CardWithin(std::move(shown_.cards), bytes_);
    shown_.cut = true;
  }

  const Message& holder_;
  const FieldDescriptor& field_;
  const bool cards_;
  const size_t bytes_;
  ShownRecords shown_;
};

}  // namespace

ShownRecords FitList(const Message& holder, const FieldDescriptor& field, int first, int most,
                     Format format, size_t bytes) {
  List list(holder, field, format, bytes);
  const int size = holder.GetReflection()->FieldSize(holder, &field);
  const int end = most < size - first ? first + most : size;
  for (int i = first; i < end; ++i) {
    if (!list.Add(i)) return list.Take(true);
  }
  return list.Take(false);
}

ShownRecords FitOne(const Message& record, Format format, size_t bytes) {
  const size_t room = std::max(bytes, kLeastRecordBytes);
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
  const size_t named = std::min(cuts.paths.size(), kMostNamedCuts);
  const auto end = cuts.paths.begin() + static_cast<std::ptrdiff_t>(named);
  return StrCat("Cut to fit: ", client::Join({cuts.paths.begin(), end}, ", "),
                named < cuts.paths.size() ? " and more." : ".");
}

}  // namespace falcon::mcp
