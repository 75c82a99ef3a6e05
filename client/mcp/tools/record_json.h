// Records as compact JSON for a model: words for enums, hostile characters shown, long values cut
// and counted.
#ifndef FALCON_CLIENT_MCP_TOOLS_RECORD_JSON_H_
#define FALCON_CLIENT_MCP_TOOLS_RECORD_JSON_H_

#include <google/protobuf/message.h>

#include <cstddef>
#include <string>
#include <vector>

namespace falcon::mcp {

// How much of a record is shown.
struct RecordLimits {
  // Of one text as it stands in the JSON. What is cut ends in "… (cut: 18,344 bytes in all)"; below
  // 64 bytes in "…".
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
};

// Appends the record as a JSON object of one line. Fields by their proto names in their proto's
// order, only what is set; enums as their words ("high"), whole numbers as numbers up to 2^53 and
// else as text, instants in RFC 3339, durations as "1.5s". Text and map keys: escaped as \u{XXXX}
// (see shown_text.h), so that no hostile character is left after the JSON is read.
void AppendRecord(std::string& out, const google::protobuf::Message& record,
                  const RecordLimits& limits, RecordCuts& cuts);

// The same within `bytes`: first whole, then with ever smaller limits, at last without its largest
// fields. Always valid JSON; never longer than `bytes`, which is at least 1024.
std::string RecordWithin(const google::protobuf::Message& record, size_t bytes, RecordCuts& cuts);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RECORD_JSON_H_
