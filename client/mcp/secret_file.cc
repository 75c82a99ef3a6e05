// Checks that a secret is a token.
#include "mcp/secret_file.h"

#include <algorithm>

#include "base/error.h"
#include "base/secret.h"
#include "text.h"

namespace falcon::mcp {

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  ASSIGN_OR_RETURN(const Secret secret, ReadSecretFile(path));
  const std::string_view text = secret.Reveal();
  if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; })) {
    return absl::InvalidArgumentError(
        StrCat("file ", client::EscapeUnsafe(path),
               " holds more than a token: printable ASCII without blanks"));
  }
  return std::string(text);
}

}  // namespace falcon::mcp
