// The proxy variables, which libcurl reads by itself: checked at the start.
#ifndef FALCON_CONFIG_PROXY_H_
#define FALCON_CONFIG_PROXY_H_

#include "config/environment.h"
#include "config/problems.h"

namespace falcon::config {

// A problem for each variable that libcurl would take and cannot use. Their values may hold a
// password: no problem repeats any of it.
void CheckProxies(const Environment& environment, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_PROXY_H_
