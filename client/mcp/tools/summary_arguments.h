// What a summary is asked for: the arguments of `summarize_records`, and its schemas.
#ifndef FALCON_CLIENT_MCP_TOOLS_SUMMARY_ARGUMENTS_H_
#define FALCON_CLIENT_MCP_TOOLS_SUMMARY_ARGUMENTS_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "catalog.h"
#include "mcp/protocol/content.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/value_counts.h"

namespace falcon::mcp {

struct SummaryAsked {
  // The noun's export.
  const client::Method* method = nullptr;
  std::unique_ptr<google::protobuf::Message> request;
  std::vector<CountedField> group_by;
  size_t top = 10;
  // "days 7, fql status:'new'"; empty: none.
  std::string filters;
};

// "detections", "rtr_sessions": every noun that can be exported.
std::vector<std::string> SummaryNouns(const client::Catalog& catalog);

// All that is wrong is told at once, in a result with is_error.
std::variant<SummaryAsked, ToolResult> ReadSummaryArguments(const client::Catalog& catalog,
                                                            const Json& arguments);

std::string SummaryInputSchema(const client::Catalog& catalog);
std::string SummaryOutputSchema();

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SUMMARY_ARGUMENTS_H_
