// What an answer is called and how it is summed up: sentences that claim no more than is known.
#ifndef FALCON_CLIENT_MCP_TOOLS_ANSWER_WORDS_H_
#define FALCON_CLIENT_MCP_TOOLS_ANSWER_WORDS_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <optional>
#include <string>

#include "mcp/tools/asked.h"

namespace falcon::mcp {

// "detection", "detections": what the method answers with.
std::string OneRecord(const client::Method& method);
std::string ManyRecords(const client::Method& method);

// "3 detections", "1 detection", "1,234 detections".
std::string CountOf(int64_t count, const client::Method& method);

// "newest first", "by hostname desc": as asked, else as the method's comment says; empty: unknown.
std::string OrderWords(const client::Method& method, const google::protobuf::Message& request);

// The arguments that narrow, short and without hostile characters; empty: none.
std::string FilterWords(const Asked& asked);

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

// "Found 812 detections (days 7); these are the first 20, newest first."
std::string SearchSentence(const client::Method& method, const Asked& asked,
                           const SearchFacts& facts);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ANSWER_WORDS_H_
