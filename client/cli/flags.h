// The flags of a method, read from its request's descriptor, and how their words become a request.
#ifndef FALCON_CLIENT_CLI_FLAGS_H_
#define FALCON_CLIENT_CLI_FLAGS_H_

#include <google/protobuf/message.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "catalog.h"

namespace falcon::client {

enum class FlagKind { kText, kNumber, kSwitch, kEnum, kInstant, kSpan, kFields, kJson };

struct Flag {
  // Without dashes: "min-severity".
  std::string name;
  FlagKind kind = FlagKind::kText;
  // From the request: two or more where a message is laid out flat.
  std::vector<const google::protobuf::FieldDescriptor*> path;
  // The field's comment, and for an enum its words.
  std::string help;

  const google::protobuf::FieldDescriptor& field() const { return *path.back(); }
  // What stands for the value in help: "NUMBER".
  std::string ValueHint() const;
};

// In order of the request's fields. A TimeRange `created` is --created-after and --created-before
// (a field named `time` --after and --before), a FieldMask is --fields, other messages are laid out
// flat.
// `with_help`: false leaves `help` empty, which saves most of the time.
std::vector<Flag> FlagsOf(const Method& method, bool with_help = true);

// The flag whose value may stand without its name: the first field of a Get or BatchGet, and of
// whatever else does not list or export. Null if there is none.
const Flag* PositionalOf(const Method& method, const std::vector<Flag>& flags);

// The flag that takes a word in the positional's place that is no device id: the other choice of its
// oneof, such as "hostname" beside "device-id". Empty if there is none.
std::string NameFlagOf(const Flag& positional, const std::vector<Flag>& flags);

// Words given for each flag, by its name, in order. A switch has "true" or "false".
using FlagWords = std::map<std::string, std::vector<std::string>>;

// A path in the request as its flag: "filter.days" -> "--days", "filter.severities[1]" ->
// "--severity", "filter.created.end" -> "--created-before"; what has no flag stays as it is.
std::string FlagFor(const std::vector<Flag>& flags, std::string_view request_path);

// `text` as its reader types it: every path between backticks as its flag, and every name of an enum
// value that a flag takes as its word.
std::string InFlagTerms(const std::vector<Flag>& flags, std::string_view text);

// Puts the words into `request`: several values by commas, or the flag again; `\,` is a comma. INVALID_ARGUMENT names the flag that is
// wrong or missing and what would have been right.
// `now` is what 7d counts back from.
absl::Status FillRequest(const std::vector<Flag>& flags, const FlagWords& words, absl::Time now,
                         google::protobuf::Message& request);

// A flag that is of no request: connection, output, and following of pages and streams.
struct OwnFlag {
  std::string name;
  // Empty: a switch.
  std::string value_hint;
  std::string help;
};

// Those of every command.
std::vector<OwnFlag> GlobalFlags();

// Those of one method: --all, --limit and --watch for lists, --retry and --resume-file for exports.
std::vector<OwnFlag> MethodFlags(const Method& method);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_FLAGS_H_
