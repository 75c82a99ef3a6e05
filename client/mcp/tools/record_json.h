// Records within a result: as compact JSON for a model, and as cards for people.
#ifndef FALCON_CLIENT_MCP_TOOLS_RECORD_JSON_H_
#define FALCON_CLIENT_MCP_TOOLS_RECORD_JSON_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <vector>

#include "mcp/protocol/json.h"
#include "mcp/tools/tool_request.h"

namespace falcon::mcp {

struct RecordLimits {
  // Of one text, escapes included. What is cut ends in "… (cut: 18,344 bytes in all)".
  size_t text_bytes = 4096;
  // Of one list.
  size_t list_items = 1000;
};

// What of a record was not shown.
struct RecordCuts {
  // Paths of what was cut: "cmdline", "evidence.alerts". Each once, at most 10.
  std::vector<std::string> paths;

  bool any() const { return !paths.empty(); }
  void Add(std::string path);
  void Add(const RecordCuts& more);
};

// The field that a record is known by: all records of the protos begin with it. Null: none does.
const google::protobuf::FieldDescriptor* IdFieldOf(const google::protobuf::Descriptor& record);

// Fields by their proto names in their proto's order, only what is set; enums as their words
// ("high"), whole numbers as numbers up to 2^53 and else as text, instants in RFC 3339, durations as
// "1.5s". Text and map keys are escaped (see untrusted.h).
OrderedJson RecordJson(const google::protobuf::Message& record, const RecordLimits& limits,
                       RecordCuts& cuts);

// The same within `bytes`, at least 1024, of JSON text: first whole, then with ever smaller limits,
// at last without its largest fields. The id stays.
OrderedJson RecordWithin(const google::protobuf::Message& record, size_t bytes, RecordCuts& cuts);

// As fgctl's cards, but "name: value", with text escaped and defanged. The only control characters are line breaks;
// ends with one.
std::string RecordCard(const google::protobuf::Message& record);

inline constexpr std::string_view kCardSeparator = "---\n";

// What RecordWithin needs for a single record.
inline constexpr size_t kMinRecordBytes = 1024;

struct ShownRecords {
  // A list, or one object where the field is not repeated.
  OrderedJson json;
  // Empty unless the format is text.
  std::string cards;
  // Of a list.
  int count = 0;
  // Records, or much of the only one, were left out for want of room.
  bool cut = false;
  // Values that were cut inside the records that are shown.
  RecordCuts cuts;
};

// Items `first` to `first` + `max` of a repeated field, whole ones only; a first one that alone is
// too large is cut. `bytes`, of each form; at least kMinRecordBytes are taken.
ShownRecords TruncateList(const google::protobuf::Message& holder,
                          const google::protobuf::FieldDescriptor& field, int first, int max,
                          Format format, size_t bytes);

// The only record of a field that is not repeated, or a message as it is.
ShownRecords TruncateRecord(const google::protobuf::Message& record, Format format, size_t bytes);

// "Cut to fit: cmdline, evidence.alerts."; empty without cuts.
std::string CutsSentence(const RecordCuts& cuts);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RECORD_JSON_H_
