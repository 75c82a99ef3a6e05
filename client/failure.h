// The library's failures, in the namespace of the programs.
#ifndef FALCON_CLIENT_FAILURE_H_
#define FALCON_CLIENT_FAILURE_H_

#include "falcon_gateway/failure.h"

namespace falcon::client {

using falcon_gateway::CodeName;
using falcon_gateway::Failure;
using falcon_gateway::FailureFrom;
using falcon_gateway::Violation;

}  // namespace falcon::client

#endif  // FALCON_CLIENT_FAILURE_H_
