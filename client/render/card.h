// One message as a card: every field that is set on a line of its own, messages indented below
// their names.
#ifndef FALCON_CLIENT_RENDER_CARD_H_
#define FALCON_CLIENT_RENDER_CARD_H_

#include <google/protobuf/message.h>

#include <string>

#include "render/table.h"

namespace falcon::client {

// Ends with a line break; empty when nothing is set. All text is escaped; long text is never cut.
std::string Card(const google::protobuf::Message& message, const Style& style);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_CARD_H_
