// The folders of the sources and of the build.
#include "tests/support/paths.h"

namespace falcon::testing {

std::string SourcePath(std::string_view path) {
  return std::string(FALCON_SOURCE_DIR "/").append(path);
}

std::string BuildPath(std::string_view path) {
  return std::string(FALCON_BINARY_DIR "/").append(path);
}

}  // namespace falcon::testing
