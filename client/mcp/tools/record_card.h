// Records as cards with emoji, for people: `format: "text"`.
#ifndef FALCON_CLIENT_MCP_TOOLS_RECORD_CARD_H_
#define FALCON_CLIENT_MCP_TOOLS_RECORD_CARD_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/time/time.h"

namespace falcon::mcp {

// One card: a title line with the severity's mark, then a line for each field that is set:
// "   🖥️ Hostname: SRV-PROD-001". Instants as "2026-05-28 20:26:40 UTC". Hostile characters shown,
// URLs defanged, long texts cut. Ends with a newline.
std::string RecordCard(const google::protobuf::Message& record);

// What stands between two cards: a line of 80 dashes.
std::string CardSeparator();

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RECORD_CARD_H_
