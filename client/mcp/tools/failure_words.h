// A failed call in sentences: what happened, what to do, whether a retry helps.
#ifndef FALCON_CLIENT_MCP_TOOLS_FAILURE_WORDS_H_
#define FALCON_CLIENT_MCP_TOOLS_FAILURE_WORDS_H_

#include <string>

#include "failure.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// The gateway did not even answer: nobody listens at its address.
bool IsUnreachable(const client::Failure& failure);

// What happened, without the failure's own message: "Falcon denied the read."
std::string WhatHappened(const client::Failure& failure, const Bridge& bridge);

// What to do about it; empty: nothing to say.
std::string Advice(const client::Failure& failure);

// Never empty: "A retry will not help.", "Retry after 12 s."
std::string RetrySentence(const client::Failure& failure);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_FAILURE_WORDS_H_
