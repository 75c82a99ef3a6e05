// As many records as fit into a result, as JSON and, where cards are asked for, as cards.
#ifndef FALCON_CLIENT_MCP_TOOLS_FIT_RECORDS_H_
#define FALCON_CLIENT_MCP_TOOLS_FIT_RECORDS_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>

#include "mcp/tools/asked.h"
#include "mcp/tools/record_json.h"

namespace falcon::mcp {

// What RecordWithin needs for a single record.
inline constexpr size_t kLeastRecordBytes = 1024;

struct ShownRecords {
  // A list, or one value where the field is not repeated.
  std::string json;
  // Empty unless the format is text.
  std::string cards;
  // Of a list.
  int count = 0;
  // Records, or much of the only one, were left out for want of room.
  bool cut = false;
  // Values that were cut inside the records that are shown.
  RecordCuts cuts;
};

// Items `first` to `first` + `most` of a repeated field, whole ones only; a first one that alone is
// too large is cut. `bytes`, of each form; at least kLeastRecordBytes are taken.
ShownRecords FitList(const google::protobuf::Message& holder,
                     const google::protobuf::FieldDescriptor& field, int first, int most,
                     Format format, size_t bytes);

// The only record of a field that is not repeated, or a message as it is.
ShownRecords FitOne(const google::protobuf::Message& record, Format format, size_t bytes);

// "Cut to fit: cmdline, evidence.alerts."; empty without cuts.
std::string CutsSentence(const RecordCuts& cuts);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_FIT_RECORDS_H_
