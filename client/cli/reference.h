// What fgctl tells without a gateway: `describe`, `fql` and `api`.
#ifndef FALCON_CLIENT_CLI_REFERENCE_H_
#define FALCON_CLIENT_CLI_REFERENCE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"

namespace falcon::client {

// Without words: all nouns and verbs. A noun: its verbs and the fields of its record. Noun and
// verb: flags, fields of the response, Falcon operations and scopes. `width` 0: 100 columns.
absl::StatusOr<std::string> Describe(const Catalog& catalog, const std::vector<std::string>& words,
                                     size_t width);

// The fields of a noun that a raw filter may use, as a table of `width` columns; without a noun,
// those of all nouns as a page in Markdown.
absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width);

// Services with their methods and request fields, filters with what they are in FQL, and the
// reasons of errors and notes, as a page in Markdown, ordered by name.
std::string ApiPage(const Catalog& catalog);

// The noun of that name, else an error that lists the nouns.
absl::StatusOr<const Noun*> NounNamed(const Catalog& catalog, const std::string& word);

// "repeated Severity".
std::string TypeName(const google::protobuf::FieldDescriptor& field);

// The API scopes that a method needs, separated by commas; "none".
std::string ScopesOf(const google::protobuf::MethodDescriptor& method);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_REFERENCE_H_
