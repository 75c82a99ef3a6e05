// Ids from standard input: a line each, or records as fgctl itself prints them.
#ifndef FALCON_CLIENT_CLI_ID_INPUT_H_
#define FALCON_CLIENT_CLI_ID_INPUT_H_

#include <istream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace falcon::client {

// Takes plain ids and JSON strings, one a line; records, one a line; a JSON list of either; and an
// answer that holds a list of records. `id_fields`: where a record has its id, the first that is
// there counts. INVALID_ARGUMENT names the line that is none of these.
absl::StatusOr<std::vector<std::string>> ReadIds(std::istream& in,
                                                 const std::vector<std::string>& id_fields);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_ID_INPUT_H_
