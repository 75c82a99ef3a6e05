// Checks the proxy variables, which libcurl reads by itself.
#ifndef FALCON_CONFIG_PROXY_H_
#define FALCON_CONFIG_PROXY_H_

#include "config/problems.h"
#include "config/process.h"

namespace falcon::config {

// Adds a problem for each variable that libcurl would use and cannot. No problem repeats a value,
// which may hold a password.
void CheckProxies(const Environment& environment, Problems& problems);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_PROXY_H_
