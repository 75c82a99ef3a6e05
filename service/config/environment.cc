// Variables by getenv, wiped in place.
#include "config/environment.h"

#include <strings.h>

#include <cstdlib>
#include <cstring>

namespace falcon::config {

Secret ProcessEnvironment::Get(const std::string& name) const {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? Secret() : Secret(value);
}

void ProcessEnvironment::Erase(const std::string& name) {
  if (char* value = std::getenv(name.c_str()); value != nullptr) {
    explicit_bzero(value, std::strlen(value));
  }
  unsetenv(name.c_str());
}

}  // namespace falcon::config
