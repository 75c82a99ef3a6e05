// The command line as what it asks for, and ids from standard input.
#ifndef FALCON_CLIENT_CLI_COMMAND_LINE_H_
#define FALCON_CLIENT_CLI_COMMAND_LINE_H_

#include <array>
#include <chrono>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "catalog.h"
#include "cli/environment.h"
#include "cli/flags.h"
#include "falcon_gateway/connection.h"

namespace falcon::client {

// kWide: a table of any width. kIds: the records' own ids, a line each.
enum class OutputFormat { kTable, kWide, kJson, kNdjson, kYaml, kCsv, kIds };

// By their names on the command line, in the order of the enum.
inline constexpr std::array<std::string_view, 7> kOutputFormats = {
    "table", "wide", "json", "ndjson", "yaml", "csv", "ids"};

// Where the gateway is, and how to print. The same for every command.
struct GlobalOptions {
  falcon_gateway::Connection gateway;
  // The name under which the gateway accounts calls without a client certificate.
  std::string caller;
  // Unset: 30 s for calls with one answer, none for exports.
  std::optional<std::chrono::milliseconds> timeout;
  OutputFormat output = OutputFormat::kTable;
  bool color = false;
  // Show the call instead of making it.
  bool explain = false;
};

// A method to call, with what was said about it.
struct MethodCall {
  const Method* method = nullptr;
  std::vector<Flag> flags;
  FlagWords words;
  // Lists: follow the pages.
  bool all = false;
  // Lists: at most so many rows in all.
  std::optional<int64_t> limit;
  // Lists: read again and again.
  bool watch = false;
  std::chrono::milliseconds interval = std::chrono::seconds(10);
  // Exports: ask for gzip.
  bool gzip = false;
  // Exports: resume a broken stream for so long, and so many times, without progress.
  std::chrono::milliseconds retry_for = std::chrono::minutes(2);
  std::optional<int> retry;
  // Exports: where the resume token is kept; empty: nowhere.
  std::string resume_file;
};

// Exactly one of `call`, `text` and `exit_code` is what to do.
struct Command {
  GlobalOptions global;
  std::optional<MethodCall> call;
  // To print on standard output: help, a description, a script.
  std::string text;
  // The command line was wrong, and said so on standard error.
  std::optional<int> exit_code;
};

// Never throws. Ids given as "-" are read from environment.in.
Command ParseCommandLine(const Catalog& catalog, const std::vector<std::string>& arguments,
                         const Environment& environment);

// Reads ids: a line each, or records as fgctl itself prints them. Takes plain ids and JSON strings,
// one a line; records, one a line; a JSON list of either; and an answer that holds a list of
// records. `id_fields`: where a record has its id, the first that is there counts. INVALID_ARGUMENT
// names the line that is none of these.
absl::StatusOr<std::vector<std::string>> ReadIds(std::istream& in,
                                                 const std::vector<std::string>& id_fields);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_COMMAND_LINE_H_
