// A failed call as lines for a person: what is wrong, where, and what to do next.
#ifndef FALCON_CLIENT_RENDER_FAILURE_TEXT_H_
#define FALCON_CLIENT_RENDER_FAILURE_TEXT_H_

#include <string>
#include <string_view>

#include "failure.h"
#include "render/table.h"

namespace falcon::client {

// Ends with a line break. `address` is the gateway's, for the advice when nobody answers there.
std::string FailureText(const Failure& failure, std::string_view address, const Style& style);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_RENDER_FAILURE_TEXT_H_
