// The full read behind `summarize_records`: an export, counted by fields.
#ifndef FALCON_CLIENT_MCP_TOOLS_SUMMARY_RUN_H_
#define FALCON_CLIENT_MCP_TOOLS_SUMMARY_RUN_H_

#include <google/protobuf/message.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"
#include "failure.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/summarize.h"
#include "text.h"

namespace falcon::mcp {

// Further values are counted together.
inline constexpr size_t kMaxValues = 10'000;

// A field of a record, perhaps inside messages, some of them lists, and how many records have each
// value of it.
struct Group {
  std::string path;
  std::vector<const google::protobuf::FieldDescriptor*> steps;
  std::unordered_map<std::string, int64_t> counts;
  // Of values that came when the table was full.
  int64_t beyond = 0;
  int64_t unset = 0;
};

struct Summary {
  const client::Method* method = nullptr;
  std::unique_ptr<google::protobuf::Message> request;
  std::vector<Group> groups;
  size_t top = 10;
  // "days 7, fql status:'new'"; empty: none.
  std::string filters;
  int64_t counted = 0;
  // As Falcon counted at the start.
  std::optional<int64_t> total;
  bool partial = false;
  // Values that did not fit their fields.
  int64_t skipped = 0;

  std::string resource() const { return client::Replace(method->noun, '-', ' '); }
};

// An error says what is wrong with the path, and what would be right.
absl::StatusOr<Group> FindGroup(const google::protobuf::Descriptor& record,
                                const std::string& path);

// The `top` most frequent values, the rest of the counts in `other`.
OrderedJson GroupJson(const Group& group, size_t top);

// Streams the export to its end, over as many streams as it takes: ten minutes at most, and a stream
// that breaks in a way that may pass is resumed, twice in a row without progress. A failure: the
// counts are of a part.
std::optional<client::Failure> RunExport(Summary& summary, const Bridge& bridge, const Pause& pause,
                                         const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SUMMARY_RUN_H_
