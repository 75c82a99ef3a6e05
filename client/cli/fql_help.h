// `fgctl fql [NOUN]`: the fields that a raw filter may use.
#ifndef FALCON_CLIENT_CLI_FQL_HELP_H_
#define FALCON_CLIENT_CLI_FQL_HELP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"

namespace falcon::client {

// The fields of all nouns, as a page in Markdown.
std::string FqlPage(const Catalog& catalog);

// The table of a noun, with a few words on FQL; without a noun, the page of all.
absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_FQL_HELP_H_
