// An answer of the gateway in parts: the records, how it was read, and what stands beside them.
#ifndef FALCON_CLIENT_MCP_TOOLS_ANSWER_PARTS_H_
#define FALCON_CLIENT_MCP_TOOLS_ANSWER_PARTS_H_

#include <google/protobuf/message.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog.h"
#include "mcp/tools/json_object.h"

namespace falcon::mcp {

// The answer's first field if that is what was asked for: messages, one message, or, repeated,
// scalars. Null: the answer is asked for as a whole.
const google::protobuf::FieldDescriptor* RecordsField(const client::Method& method);

// Whether answers come in pages.
bool Pages(const client::Method& method);

// What the answer's `read_info` says.
struct ReadNotes {
  // Falcon did not answer for all that was asked.
  bool partial = false;
  // A JSON list of what Falcon reported, at most five; empty: nothing.
  std::string errors;
  // A JSON list of what a reader should know, at most five; empty: nothing.
  std::string notes;
  // Both as lines of escaped text.
  std::string lines;
  // In our own words; empty: nothing to say.
  std::vector<std::string> sentences;

  // What it takes in structured content, or as text.
  size_t bytes() const { return std::max(errors.size() + notes.size(), lines.size()); }
};

struct AnswerParts {
  // An answer with RecordsField alone.
  std::unique_ptr<google::protobuf::Message> records;
  // All else, but read_info and what pages are steered by.
  std::unique_ptr<google::protobuf::Message> rest;
  std::string next_page_token;
  std::optional<int64_t> total;
  ReadNotes notes;

  // Whether `rest` holds anything.
  bool has_rest() const;
};

// Says how complete an answer is: `truncated`, and where there is anything to say `partial`,
// `errors`, `notes` and `note`.
void AddNotes(JsonObject& object, bool truncated, const ReadNotes& notes, std::string_view note);

AnswerParts PartsOf(const client::Method& method,
                    std::unique_ptr<google::protobuf::Message> answer);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ANSWER_PARTS_H_
