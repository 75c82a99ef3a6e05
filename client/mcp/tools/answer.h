// An answer of the gateway in parts, and the sentences that sum it up: they claim no more than is
// known.
#ifndef FALCON_CLIENT_MCP_TOOLS_ANSWER_H_
#define FALCON_CLIENT_MCP_TOOLS_ANSWER_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/tool_request.h"

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
  // Lists of at most five: what Falcon reported, and what a reader should know. Null: nothing.
  OrderedJson errors;
  OrderedJson notes;
  // Both as lines of escaped text.
  std::string lines;
  std::vector<std::string> sentences;

  // What it takes in structured content, or as text.
  size_t bytes() const;
};

struct AnswerParts {
  // An answer with RecordsField alone.
  std::unique_ptr<google::protobuf::Message> records;
  // All else, but read_info and what pages are steered by.
  std::unique_ptr<google::protobuf::Message> rest;
  std::string next_page_token;
  std::optional<int64_t> total;
  ReadNotes notes;

  bool has_rest() const;
};

AnswerParts PartsOf(const client::Method& method,
                    std::unique_ptr<google::protobuf::Message> answer);

// Says how complete an answer is: `truncated`, and where there is anything to say `partial`,
// `errors`, `notes` and `note`.
void AddNotes(OrderedJson& object, bool truncated, const ReadNotes& notes, std::string_view note);

// "detection", "detections": what the method answers with.
std::string OneRecord(const client::Method& method);
std::string ManyRecords(const client::Method& method);

// The arguments that narrow, short and without hostile characters; empty: none.
std::string FilterWords(const ToolRequest& request);

struct SearchFacts {
  // As Falcon counts.
  std::optional<int64_t> total;
  // Records of earlier pages, and of this one.
  int64_t before = 0;
  int64_t shown = 0;
  // Whether there is a place to go on.
  bool more = false;
  bool partial = false;
};

// "Found 812 detections (days 7); these are the first 20, by created_timestamp desc."
std::string SearchSentence(const client::Method& method, const ToolRequest& request,
                           const SearchFacts& facts);

// What a search did not look at, where a reader would think that it did; empty: nothing. `nothing`:
// no record matched, so that what was not looked at counts most.
std::string ScopeSentences(const ToolBinding& tool, const ToolRequest& request, bool nothing);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ANSWER_H_
