// A tool bound to a method of the gateway, and what a model asked of it.
#ifndef FALCON_CLIENT_MCP_TOOLS_TOOL_REQUEST_H_
#define FALCON_CLIENT_MCP_TOOLS_TOOL_REQUEST_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "catalog.h"

namespace falcon::mcp {

enum class ToolKind {
  kSearch,     // a List method: limit, cursor, view, fields, format
  kGet,        // a Get method: one record; view, fields, format
  kAggregate,  // buckets
  kOther,      // any other unary method: its answer as it is
};

// One line of the tool table. Names are what a model sees.
struct ToolSpec {
  std::string_view name;
  std::string_view title;
  // For --toolsets.
  std::string_view toolset;
  // Of the catalog, as fgctl names them: "detections", "list".
  std::string_view resource;
  std::string_view method;
  ToolKind kind = ToolKind::kSearch;
  // A sentence for the description beside what the protos say; empty: none.
  std::string_view hint = {};
};

struct ToolBinding {
  const ToolSpec* spec = nullptr;
  const client::Method* method = nullptr;
};

// kBrief: the fields that the protos call brief. kFull: all.
enum class View { kBrief, kFull };

// Of the text block; structured content comes in each case.
enum class Format { kJson, kText };

struct ToolRequest {
  // All is set but `page_size` and `page_token`; `read_mask` only where view or fields ask for it.
  std::unique_ptr<google::protobuf::Message> request;
  // Of searches: 1 to 500.
  int limit = 20;
  // Of searches: as the model gave it, unchecked; empty: the first page.
  std::string cursor;
  View view = View::kBrief;
  // Whether the model named fields.
  bool chose_fields = false;
  Format format = Format::kJson;
  // The arguments that narrow: "days 7, severity critical"; empty: none.
  std::string filters;
  // Of all arguments but limit, cursor and format: a cursor fits only the same.
  uint64_t fingerprint = 0;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_TOOL_REQUEST_H_
