// Messages as proto3 JSON with the protos' own field names, safe to print on a terminal.
#ifndef FALCON_CLIENT_JSON_TEXT_H_
#define FALCON_CLIENT_JSON_TEXT_H_

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

namespace falcon::client {

enum class JsonForm { kPretty, kOneLine };

// Always valid JSON. Only what is set; 64-bit numbers as strings, enums by name, instants in RFC
// 3339, masks as {"paths": [...]}, which grpcurl takes. Hostile characters stand as \uXXXX; bytes
// that are not UTF-8 as U+FFFD. `indent` levels are put before every line but the first. protobuf's
// own printer looks every type up anew for each message, which an export of records cannot afford.
std::string JsonText(const google::protobuf::Message& message, JsonForm form, int indent = 0);

// A JSON string, quotes included.
std::string JsonString(std::string_view text);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_JSON_TEXT_H_
