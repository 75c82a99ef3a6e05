// `fgctl describe`: what the protos say, in full.
#ifndef FALCON_CLIENT_CLI_DESCRIBE_H_
#define FALCON_CLIENT_CLI_DESCRIBE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"

namespace falcon::client {

// Without words: all nouns and verbs. A noun: its verbs and its record's fields. Noun and verb:
// flags, fields of the answer, Falcon's operations and scopes. `width` 0: 100 columns.
absl::StatusOr<std::string> Describe(const Catalog& catalog, const std::vector<std::string>& words,
                                     size_t width);

// The noun of these words, else an error that lists the nouns.
absl::StatusOr<const Noun*> NounNamed(const Catalog& catalog, const std::string& word);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_DESCRIBE_H_
