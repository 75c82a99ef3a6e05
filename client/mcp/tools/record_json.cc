// Whole records, and records that must fit.
#include "mcp/tools/record_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mcp/tools/record_writer.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// From whole to what still tells something.
constexpr std::array<RecordLimits, 6> kLadder = {
    {{4096, 1000}, {1024, 100}, {512, 30}, {256, 10}, {128, 5}, {96, 3}}};
// An id that is cut is no id; longer ones than this are none.
constexpr size_t kIdBytes = 512;

std::string Written(const Message& record, const RecordLimits& limits, RecordCuts& cuts) {
  std::string out;
  RecordWriter writer(out, limits, cuts);
  writer.Spare(IdFieldOf(*record.GetDescriptor()), kIdBytes);
  writer.WriteMessage(record);
  return out;
}

struct WrittenField {
  const FieldDescriptor* field;
  std::string text;
  RecordCuts cuts;
  bool dropped = false;
};

std::vector<WrittenField> Fields(const Message& record, const RecordLimits& limits) {
  std::vector<WrittenField> fields;
  for (const FieldDescriptor* field : ShownFields(record)) {
    WrittenField& one = fields.emplace_back(WrittenField{.field = field, .text = {}, .cuts = {}});
    RecordWriter writer(one.text, limits, one.cuts);
    writer.Spare(IdFieldOf(*record.GetDescriptor()), kIdBytes);
    writer.WriteField(record, *field);
  }
  return fields;
}

// The record without its largest fields; the id stays.
std::string WithoutLargest(const Message& record, size_t bytes, RecordCuts& cuts) {
  std::vector<WrittenField> fields = Fields(record, kLadder.back());
  const FieldDescriptor* id = IdFieldOf(*record.GetDescriptor());
  std::vector<WrittenField*> by_size;
  // Braces; and a comma for each field, one too many.
  size_t total = 2;
  for (WrittenField& field : fields) {
    total += field.text.size() + 1;
    if (field.field != id) by_size.push_back(&field);
  }
  std::sort(by_size.begin(), by_size.end(), [](const auto* a, const auto* b) {
    return std::pair(b->text.size(), a->field->number()) <
           std::pair(a->text.size(), b->field->number());
  });
  for (WrittenField* field : by_size) {
    if (total <= bytes) break;
    total -= field->text.size() + 1;
    field->dropped = true;
    cuts.Add(field->field->name());
  }
  std::string out = "{";
  for (const WrittenField& field : fields) {
    if (field.dropped) continue;
    if (out.size() > 1) out.push_back(',');
    out.append(field.text);
    for (const std::string& path : field.cuts.paths) cuts.Add(path);
  }
  return out + "}";
}

}  // namespace

void RecordCuts::Add(std::string path) {
  constexpr size_t kMostPaths = 10;
  const bool known = std::find(paths.begin(), paths.end(), path) != paths.end();
  if (!known && paths.size() < kMostPaths) paths.push_back(std::move(path));
}

void AppendRecord(std::string& out, const Message& record, const RecordLimits& limits,
                  RecordCuts& cuts) {
  RecordWriter(out, limits, cuts).WriteMessage(record);
}

std::string RecordWithin(const Message& record, size_t bytes, RecordCuts& cuts) {
  for (const RecordLimits& limits : kLadder) {
    RecordCuts tried = cuts;
    std::string out = Written(record, limits, tried);
    if (out.size() > bytes) continue;
    cuts = std::move(tried);
    return out;
  }
  return WithoutLargest(record, bytes, cuts);
}

}  // namespace falcon::mcp
