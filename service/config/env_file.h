// The `.env` format: KEY=VALUE lines.
#ifndef FALCON_CONFIG_ENV_FILE_H_
#define FALCON_CONFIG_ENV_FILE_H_

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace falcon::config {

using Variables = std::map<std::string, Secret>;

// One variable a line, `export` in front or not. Values: bare (to the end of the line or " #";
// spaces around are dropped), 'single quoted' (as it stands), or "double quoted" (\n, \t, \",
// \\ and \$ mean what they do in a shell). Nothing is expanded. Empty lines and lines that begin
// with # do not count; the last of two equal keys does. INVALID_ARGUMENT names every bad line by
// number, and repeats none.
absl::StatusOr<Variables> ParseEnvFile(std::string_view text);

}  // namespace falcon::config

#endif  // FALCON_CONFIG_ENV_FILE_H_
