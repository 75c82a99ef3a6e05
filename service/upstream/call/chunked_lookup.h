// A look-up by IDs, in as many calls as Falcon's limits demand.
#ifndef FALCON_UPSTREAM_CALL_CHUNKED_LOOKUP_H_
#define FALCON_UPSTREAM_CALL_CHUNKED_LOOKUP_H_

#include <cstdint>

#include "upstream/call/upstream_client.h"

namespace falcon::upstream {

// Looks up the IDs in chunks that Falcon and a URL take, one after the other, by `client`'s Call.
// A 413 halves a chunk. A 400 or 404 for several IDs is no answer about any of them: the chunk is
// bisected, by at most 16 extra calls a look-up, and counted in `bisections`; IDs that are left
// then have an error of code 503 each. Only a 404 for a single ID, or a success without its record,
// says that it is absent. Every other failure of a chunk, or a 400 for the only ID, fails the
// look-up. `request.ids` may grow until the first call is sent, as long as one call takes them.
Task<UpstreamClient::Records> FetchInChunks(UpstreamClient& client, const LookupRequest& request,
                                            const CallOptions& options, CallStats& stats,
                                            int64_t& bisections);

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_CHUNKED_LOOKUP_H_
