// What the conformance suite expects a server to offer, under the names that it fixes.
#ifndef FALCON_TESTS_MCP_CONFORMANCE_OFFER_H_
#define FALCON_TESTS_MCP_CONFORMANCE_OFFER_H_

#include "mcp/protocol/offer.h"

namespace falcon::mcp {

Offer ConformanceOffer();

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_MCP_CONFORMANCE_OFFER_H_
