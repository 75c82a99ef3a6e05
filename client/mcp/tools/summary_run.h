// Streams an export to its end, over as many streams as it takes, and counts.
#ifndef FALCON_CLIENT_MCP_TOOLS_SUMMARY_RUN_H_
#define FALCON_CLIENT_MCP_TOOLS_SUMMARY_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "failure.h"
#include "mcp/protocol/offer.h"
#include "mcp/tools/bridge.h"
#include "mcp/tools/summarize.h"
#include "mcp/tools/summary_arguments.h"
#include "mcp/tools/value_counts.h"

namespace falcon::mcp {

struct SummaryOutcome {
  // Set: the export did not come to its end, and the counts are of a part.
  std::optional<client::Failure> failure;
  std::vector<ValueCounts> counts;
  int64_t counted = 0;
  // As Falcon counted at the start.
  std::optional<int64_t> total;
  // Falcon did not answer for all records.
  bool partial = false;
  // Values that could not be read.
  int64_t skipped = 0;
};

// Takes ten minutes at most. A stream that breaks in a way that may pass is resumed, twice in a row
// without progress. A stop ends it early, as a failure.
SummaryOutcome RunSummary(SummaryAsked& asked, const Bridge& bridge, const Pause& pause,
                          const CallContext& context);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SUMMARY_RUN_H_
