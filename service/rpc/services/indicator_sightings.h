// Sightings of an indicator: parameters, and offsets of pages.
#ifndef FALCON_RPC_SERVICES_INDICATOR_SIGHTINGS_H_
#define FALCON_RPC_SERVICES_INDICATOR_SIGHTINGS_H_

#include <string>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/ioc_record.pb.h"
#include "json/document.h"
#include "rpc/services/request_validator.h"
#include "upstream/operation/upstream_request.h"

namespace falcon::rpc {

// The parameters `type` and `value`. Hashes and domains in lower case, as Falcon keeps them.
// Violations on "type" and "value": an unknown type, or a value that does not fit its type.
upstream::Parameters IndicatorParameters(v1::IocType type, std::string value,
                                         RequestValidator& validator);

// The `offset` of the page after the one at `sent` (empty: the first), which held `received` of at most
// `limit`. Empty: there is none. Falcon returns a token, or counts: then its total tells whether more
// follows; without a total a full page may be followed by another. Nothing follows an empty page.
std::string NextOffset(const json::Pagination& pagination, const std::string& sent, size_t received,
                       size_t limit);

}  // namespace falcon::rpc

#endif  // FALCON_RPC_SERVICES_INDICATOR_SIGHTINGS_H_
