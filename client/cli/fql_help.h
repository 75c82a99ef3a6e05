// `falconctl fql NOUN`: the fields that a raw filter may use.
#ifndef FALCON_CLIENT_CLI_FQL_HELP_H_
#define FALCON_CLIENT_CLI_FQL_HELP_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"

namespace falcon::client {

struct FqlFieldHelp {
  std::string name;
  // text, number, time, yes/no.
  std::string kind;
  // Such as ": :! > >= < <= ~ *".
  std::string operators;
  bool sortable = false;
  // First sentence of the comment, and the closed vocabulary if there is one.
  std::string help;
};

// By name. From the record's `fql` and `filter_only` options.
std::vector<FqlFieldHelp> FqlFieldsOf(const google::protobuf::Descriptor& record);

// The table, with a few words on FQL.
absl::StatusOr<std::string> FqlHelp(const Catalog& catalog, const std::vector<std::string>& words,
                                    size_t width);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_FQL_HELP_H_
