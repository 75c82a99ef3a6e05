// `falconctl fql [NOUN]`: the fields that a raw filter may use.
#ifndef FALCON_CLIENT_CLI_FQL_HELP_H_
#define FALCON_CLIENT_CLI_FQL_HELP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"

namespace falcon::client {

struct FqlFieldHelp {
  std::string name;
  // text, number, time, epoch seconds, true/false.
  std::string kind;
  // Such as ": :[] :! > >= < <= ~"; empty: for orders only.
  std::string operators;
  bool sortable = false;
  // First sentence of the comment, and the closed vocabulary if there is one.
  std::string help;
};

// By name. From the record's `fql` and `filter_only` options.
std::vector<FqlFieldHelp> FqlFieldsOf(const google::protobuf::Descriptor& record);

// The fields of all nouns, as a page in Markdown.
std::string FqlPage(const Catalog& catalog);

// The table of a noun, with a few words on FQL; without a noun, the page of all.
absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_FQL_HELP_H_
