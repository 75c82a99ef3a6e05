// Records as cards with emoji, for people: `format: "text"`.
#ifndef FALCON_CLIENT_MCP_TOOLS_RECORD_CARD_H_
#define FALCON_CLIENT_MCP_TOOLS_RECORD_CARD_H_

#include <google/protobuf/message.h>

#include <string>

#include "absl/time/time.h"

namespace falcon::mcp {

// One card: a title line with the record's most telling name and its severity ("🔴 NtdsFileAccess
// (critical)"), then a line for each field that is set and not in the title, in the proto's order:
// "   🖥 Hostname: SRV-PROD-001". Instants as "2026-05-28 20:26:40 UTC". Hostile characters
// shown, URLs defanged; long texts and lists cut and counted. The only control characters are the
// line breaks; ends with one.
std::string RecordCard(const google::protobuf::Message& record);

// What stands between two cards: a line of 40 dashes. Twice as many would be a quarter of a card.
std::string CardSeparator();

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_RECORD_CARD_H_
