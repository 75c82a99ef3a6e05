// Typed filters of a request, by what they filter on.
#ifndef FALCON_FQL_REQUEST_PARAMETER_H_
#define FALCON_FQL_REQUEST_PARAMETER_H_

#include <string>
#include <string_view>

#include "google/protobuf/descriptor.h"

namespace falcon::fql {

// The path of the filter's field in `request` (null: none is known) that asks for what someone calls
// `fql_field`: its `typed_filter` names that field, or it bears its last level as a name. Empty if
// there is none.
std::string ParameterFor(std::string_view fql_field, const google::protobuf::Descriptor* request);

}  // namespace falcon::fql

#endif  // FALCON_FQL_REQUEST_PARAMETER_H_
