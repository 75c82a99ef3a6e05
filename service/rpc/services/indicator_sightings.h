// Where an indicator was seen: what asks for it, and how Falcon's pages of it go on.
#ifndef FALCON_RPC_SERVICES_INDICATOR_SIGHTINGS_H_
#define FALCON_RPC_SERVICES_INDICATOR_SIGHTINGS_H_

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "json/document.h"
#include "rpc/services/request_validator.h"
#include "upstream/operation/request_text.h"

namespace falcon::rpc {

// The parameters `type` and `value`. Hashes and domains in lower case, as Falcon keeps them.
// Violations on "type" and "value": an unknown type, or a value that is none of its type.
upstream::Parameters IndicatorParameters(v1::IocType type, std::string value,
                                         RequestValidator& validator);

// The `offset` of the page after one that was asked for by `sent` (empty: the first), held
// `received` of at most `limit`; empty: there is none. Falcon sends a token, or counts: then its
// total says whether more follows; without one a full page may have another after it. Nothing
// follows an empty page.
std::string NextOffset(const json::Pagination& pagination, const std::string& sent, size_t received,
                       size_t limit);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INDICATOR_SIGHTINGS_H_
