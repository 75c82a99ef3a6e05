// Parses, and reads the result.
#include "cli/command_line.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "cli/command_tree.h"
#include "cli/completion.h"
#include "cli/contexts.h"
#include "cli/environment.h"
#include "cli/reference.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

// The command that was reached before something was wrong.
CLI::App& Reached(CLI::App& root) {
  CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::string UnknownWord(CLI::App& root, const std::string& word) {
  CLI::App& reached = Reached(root);
  const bool is_flag = word.starts_with("-");
  const std::vector<std::string> known = KnownWords(reached, is_flag);
  const std::string nearest = Nearest(word.substr(0, word.find('=')), known);
  std::string message = StrCat("'", EscapeUnsafe(word), "' is unknown here.");
  if (!nearest.empty()) {
    message.append(StrCat(" Did you mean ", nearest, "?"));
  } else if (!is_flag && !known.empty()) {
    message.append(StrCat(" Known: ", Join(known, ", "), "."));
  }
  return message;
}

int Refuse(const Environment& environment, std::string_view message, std::string_view command) {
  PrintError(environment.err, message);
  environment.err << "  See " << command << " --help.\n";
  return kExitUsage;
}

// Unset: the words fit the tree.
std::optional<Command> Parse(CommandTree& tree, std::vector<std::string> arguments,
                             const Environment& environment) {
  Command command;
  try {
    std::reverse(arguments.begin(), arguments.end());
    tree.root.parse(std::move(arguments));
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    command.text = tree.root.help();
  } catch (const CLI::CallForVersion& version) {
    command.text = StrCat(version.what(), "\n");
  } catch (const CLI::ParseError& error) {
    CLI::App& reached = Reached(tree.root);
    const std::vector<std::string> unknown = tree.root.remaining(true);
    std::string message = unknown.empty() ? error.what() : UnknownWord(tree.root, unknown.front());
    if (unknown.empty() && !reached.get_subcommands({}).empty()) {
      message =
          StrCat("A command is required. Known: ", Join(KnownWords(reached, false), ", "), ".");
    }
    command.exit_code = Refuse(environment, message, CommandName(reached));
  }
  return command;
}

absl::StatusOr<std::chrono::milliseconds> SpanOf(std::string_view flag, std::string_view text,
                                                 absl::Duration least) {
  const std::optional<absl::Duration> span = ParseSpan(text);
  if (span && *span >= least) return absl::ToChronoMilliseconds(*span);
  return absl::InvalidArgumentError(
      StrCat(flag, ": '", EscapeUnsafe(text), "' is not a duration. Examples: 500ms, 30s, 5m."));
}

// Where a record that is read has the id that the method asks for.
std::vector<std::string> IdFieldsOf(const Method& method, const Flag& positional) {
  std::vector<std::string> names = {Replace(positional.name, '-', '_')};
  const auto* record =
      method.shape.records == nullptr ? nullptr : method.shape.records->message_type();
  if (record != nullptr && record->field_count() > 0) names.push_back(record->field(0)->name());
  return names;
}

// A word whose commas part no values.
std::string OneValue(std::string_view word) {
  std::string value;
  for (const char c : word) {
    if (c == ',') value.push_back('\\');
    value.push_back(c);
  }
  return value;
}

absl::Status AddPositionals(Leaf& leaf, std::istream& in) {
  if (leaf.positional.empty()) return absl::OkStatus();
  const Flag& flag = *PositionalOf(*leaf.call.method, leaf.call.flags);
  const std::string name_flag = NameFlagOf(flag, leaf.call.flags);
  for (const std::string& word : leaf.positional) {
    const bool is_name = !name_flag.empty() && word != "-" && !IsDeviceId(word);
    std::vector<std::string>& words = leaf.call.words[is_name ? name_flag : flag.name];
    if (word != "-") {
      words.push_back(OneValue(word));
      continue;
    }
    ASSIGN_OR_RETURN(const auto ids, ReadIds(in, IdFieldsOf(*leaf.call.method, flag)));
    for (const std::string& id : ids) words.push_back(OneValue(id));
  }
  return absl::OkStatus();
}

absl::StatusOr<MethodCall> CallOf(Leaf& leaf, std::istream& in) {
  RETURN_IF_ERROR(AddPositionals(leaf, in));
  if (leaf.limit > 0) leaf.call.limit = leaf.limit;
  if (!leaf.retry_for.empty()) {
    ASSIGN_OR_RETURN(leaf.call.retry_for,
                     SpanOf("--retry-for", leaf.retry_for, absl::ZeroDuration()));
  }
  if (!leaf.interval.empty()) {
    ASSIGN_OR_RETURN(leaf.call.interval, SpanOf("--interval", leaf.interval, absl::Seconds(1)));
  }
  const auto staleness = leaf.call.words.find("max-staleness");
  if (leaf.call.watch && staleness != leaf.call.words.end() && staleness->second.empty()) {
    staleness->second = {StrCat(leaf.call.interval.count(), "ms")};
  }
  std::erase_if(leaf.call.words, [](const auto& entry) { return entry.second.empty(); });
  if (!leaf.call.resume_file.empty() && leaf.call.words.contains("resume-token")) {
    return absl::InvalidArgumentError("--resume-file and --resume-token are mutually exclusive.");
  }
  return std::move(leaf.call);
}

absl::Status ReadOutput(std::string_view word, bool terminal, GlobalOptions& options) {
  const std::string format = word.empty() ? (terminal ? "table" : "json") : Lower(word);
  const auto known = std::ranges::find(kOutputFormats, format);
  if (known == kOutputFormats.end()) {
    return absl::InvalidArgumentError(
        StrCat("--output: '", EscapeUnsafe(word), "' is not an output format. Known: ",
               Join({kOutputFormats.begin(), kOutputFormats.end()}, ", "), "."));
  }
  options.output = static_cast<OutputFormat>(known - kOutputFormats.begin());
  return absl::OkStatus();
}

// Documents and tables cannot be appended to, and only records with an id of their own have one.
absl::Status FitOutput(const MethodCall& call, std::string_view asked, bool terminal,
                       GlobalOptions& options) {
  const auto* records = call.method->shape.records;
  const bool has_id = records != nullptr && records->message_type() != nullptr &&
                      IsRecordIdField(*records->message_type()->field(0));
  if (options.output == OutputFormat::kIds && !has_id) {
    return absl::InvalidArgumentError("--output ids: what this command returns has no id.");
  }
  const bool redrawn =
      terminal && (options.output == OutputFormat::kTable || options.output == OutputFormat::kWide);
  if (call.watch && !redrawn) {
    if (asked.empty()) options.output = OutputFormat::kNdjson;
    constexpr OutputFormat kLines[] = {OutputFormat::kNdjson, OutputFormat::kCsv,
                                       OutputFormat::kIds};
    if (std::ranges::find(kLines, options.output) != std::end(kLines)) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "--watch appends lines and requires --output ndjson, csv or ids, or a table on a "
        "terminal.");
  }
  if (call.resume_file.empty()) return absl::OkStatus();
  if (!asked.empty() && options.output != OutputFormat::kNdjson) {
    return absl::InvalidArgumentError(
        "--resume-file appends records and requires --output ndjson.");
  }
  options.output = OutputFormat::kNdjson;
  return absl::OkStatus();
}

// Completes what flags and variables say. An address that they name is of another gateway than the
// context's, so that neither certificates nor TLS of the context belong to it.
absl::StatusOr<falcon_gateway::Connection> ConnectionOf(CommandTree& tree,
                                                        const ContextSettings& context,
                                                        const Variables& variable) {
  const std::map<std::string, std::string> flags = {{"FALCON_GATEWAY_ADDRESS", "address"},
                                                    {"FALCON_GATEWAY_CA_FILE", "ca-file"},
                                                    {"FALCON_GATEWAY_CERT_FILE", "cert"},
                                                    {"FALCON_GATEWAY_KEY_FILE", "key"}};
  const bool here = tree.global["address"].empty() && variable("FALCON_GATEWAY_ADDRESS").empty();
  const auto kept = [&](const std::string& flag) {
    const auto found = context.find(flag);
    return here && found != context.end() ? found->second : std::string();
  };
  return falcon_gateway::Complete({.address = tree.global["address"],
                                   .tls = tree.tls || !kept("tls").empty(),
                                   .ca_file = tree.global["ca-file"],
                                   .cert_file = tree.global["cert"],
                                   .key_file = tree.global["key"]},
                                  [&](const char* name) {
                                    const std::string value = variable(name);
                                    return value.empty() ? kept(flags.at(name)) : value;
                                  });
}

absl::StatusOr<GlobalOptions> GlobalOf(CommandTree& tree, const Environment& environment) {
  GlobalOptions options;
  ASSIGN_OR_RETURN(ContextSettings context,
                   ContextInForce(tree.global["context"], environment.variable));
  ASSIGN_OR_RETURN(options.gateway, ConnectionOf(tree, context, environment.variable));
  for (const std::string& name :
       {tree.global["caller"], environment.variable("FALCON_GATEWAY_CALLER"), context["caller"],
        std::string("fgctl")}) {
    if (options.caller.empty()) options.caller = name;
  }
  options.explain = tree.explain;
  options.color = environment.out_is_terminal && !tree.no_color &&
                  environment.variable("NO_COLOR").empty() &&
                  environment.variable("TERM") != "dumb";
  const std::string& asked = tree.global["timeout"];
  if (const std::string& text = asked.empty() ? context["timeout"] : asked; !text.empty()) {
    ASSIGN_OR_RETURN(options.timeout, SpanOf("--timeout", text, absl::Milliseconds(1)));
  }
  RETURN_IF_ERROR(ReadOutput(tree.global["output"], environment.out_is_terminal, options));
  return options;
}

absl::StatusOr<std::string> ConfigText(CommandTree& tree, const Variables& variable) {
  ContextSettings given = tree.global;
  if (tree.tls) given["tls"] = "true";
  return RunConfig(tree.config->get_subcommands().front()->get_name(),
                   tree.words.empty() ? "" : tree.words.front(), given, variable);
}

absl::Status ReadCall(CommandTree& tree, Leaf& leaf, const Environment& environment,
                      Command& command) {
  ASSIGN_OR_RETURN(MethodCall call, CallOf(leaf, environment.in));
  RETURN_IF_ERROR(
      FitOutput(call, tree.global["output"], environment.out_is_terminal, command.global));
  command.call = std::move(call);
  return absl::OkStatus();
}

absl::StatusOr<std::string> OwnText(const CommandTree& tree, const Catalog& catalog, size_t width) {
  if (tree.describe->parsed()) return Describe(catalog, tree.words, width);
  if (tree.api->parsed()) return ApiPage(catalog);
  if (tree.fql->parsed()) return FqlHelp(catalog, tree.words, width);
  return CompletionScript(tree.words);
}

absl::Status Read(CommandTree& tree, Leaf* leaf, const Catalog& catalog,
                  const Environment& environment, Command& command) {
  if (tree.config->parsed()) {
    ASSIGN_OR_RETURN(command.text, ConfigText(tree, environment.variable));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(command.global, GlobalOf(tree, environment));
  if (leaf != nullptr) return ReadCall(tree, *leaf, environment, command);
  ASSIGN_OR_RETURN(command.text, OwnText(tree, catalog, environment.width));
  return absl::OkStatus();
}

// `help hosts list` is `hosts list --help`.
std::vector<std::string> HelpAsFlag(std::vector<std::string> arguments) {
  if (arguments.empty()) return {"--help"};
  if (arguments.front() != "help") return arguments;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
  return arguments;
}

}  // namespace

Command ParseCommandLine(const Catalog& catalog, const std::vector<std::string>& arguments,
                         const Environment& environment) {
  CommandTree tree;
  const std::vector<std::string> words = HelpAsFlag(arguments);
  GrowTree(tree, catalog, words, environment.width);
  Command command;
  if (!arguments.empty() && arguments.front() == kCompleteCommand) {
    command.text = Candidates(tree, catalog, {arguments.begin() + 1, arguments.end()},
                              ContextNames(environment.variable));
    return command;
  }
  if (std::optional<Command> early = Parse(tree, words, environment)) {
    return *std::move(early);
  }
  const auto parsed =
      std::ranges::find_if(tree.leaves, [](const auto& leaf) { return leaf->app->parsed(); });
  Leaf* leaf = parsed == tree.leaves.end() ? nullptr : parsed->get();
  if (const absl::Status status = Read(tree, leaf, catalog, environment, command); !status.ok()) {
    command.exit_code = Refuse(environment, ToStd(status.message()),
                               leaf == nullptr ? "fgctl" : CommandName(*leaf->app));
  }
  return command;
}

}  // namespace falcon::client
