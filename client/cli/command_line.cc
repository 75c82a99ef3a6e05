// Parses, and reads the result.
#include "cli/command_line.h"

#include <algorithm>

#include "cli/command_tree.h"
#include "cli/completion.h"
#include "cli/describe.h"
#include "cli/exit_code.h"
#include "cli/fql_help.h"
#include "terminal_text.h"
#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

// The command that was reached before something was wrong.
CLI::App& Reached(CLI::App& root) {
  CLI::App* app = &root;
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return *app;
}

std::vector<std::string> KnownWords(CLI::App& app, const CLI::App& root, bool flags) {
  std::vector<std::string> known;
  if (!flags) {
    for (const CLI::App* sub : app.get_subcommands({})) known.push_back(sub->get_name());
    return known;
  }
  for (const CLI::App* level : {static_cast<const CLI::App*>(&app), &root}) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  return known;
}

std::string UnknownWord(CLI::App& root, const std::string& word) {
  CLI::App& reached = Reached(root);
  const bool is_flag = word.starts_with("-");
  const std::vector<std::string> known = KnownWords(reached, root, is_flag);
  const std::string nearest = Nearest(word.substr(0, word.find('=')), known);
  std::string message = Cat("'", EscapeHostile(word), "' is not known here.");
  if (!nearest.empty()) {
    message.append(Cat(" Did you mean ", nearest, "?"));
  } else if (!is_flag && !known.empty()) {
    message.append(Cat(" Known: ", Join(known, ", "), "."));
  }
  return message;
}

std::string CommandName(CLI::App& app) {
  std::string name = app.get_name();
  for (CLI::App* up = app.get_parent(); up != nullptr; up = up->get_parent()) {
    name = Cat(up->get_name(), " ", name);
  }
  return name;
}

int Refuse(const Environment& environment, std::string_view message, std::string_view command) {
  environment.err << "error: " << message << "\n  " << command << " --help tells more.\n";
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
    command.text = Cat(version.what(), "\n");
  } catch (const CLI::ParseError& error) {
    CLI::App& reached = Reached(tree.root);
    const std::vector<std::string> unknown = tree.root.remaining(true);
    std::string message = unknown.empty() ? error.what() : UnknownWord(tree.root, unknown.front());
    if (unknown.empty() && !reached.get_subcommands({}).empty()) {
      message = Cat("Which? Known: ", Join(KnownWords(reached, tree.root, false), ", "), ".");
    }
    command.exit_code = Refuse(environment, message, CommandName(reached));
  }
  return command;
}

std::vector<std::string> LinesOf(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    const std::vector<std::string> words = Split(line, '\n');
    lines.insert(lines.end(), words.begin(), words.end());
  }
  return lines;
}

MethodCall CallOf(Leaf& leaf, std::istream& in) {
  for (const std::string& word : leaf.positional) {
    std::vector<std::string>& words = leaf.call.words[leaf.positional_flag];
    if (word == "-") {
      const std::vector<std::string> lines = LinesOf(in);
      words.insert(words.end(), lines.begin(), lines.end());
    } else {
      words.push_back(word);
    }
  }
  if (leaf.limit > 0) leaf.call.limit = leaf.limit;
  std::erase_if(leaf.call.words, [](const auto& entry) { return entry.second.empty(); });
  return std::move(leaf.call);
}

absl::Status ReadOutput(std::string_view word, bool terminal, GlobalOptions& options) {
  const std::string format = Lower(word);
  if (format == "json" || (format.empty() && !terminal)) {
    options.output = OutputFormat::kJson;
  } else if (format == "ndjson") {
    options.output = OutputFormat::kNdjson;
  } else if (format == "table" || format.empty()) {
    options.output = OutputFormat::kTable;
  } else {
    return absl::InvalidArgumentError(
        Cat("--output: '", EscapeHostile(word), "' is none of table, json, ndjson."));
  }
  return absl::OkStatus();
}

absl::StatusOr<GlobalOptions> GlobalOf(CommandTree& tree, const Environment& environment) {
  GlobalOptions options;
  absl::StatusOr<Connection> gateway = Complete({.address = tree.global["address"],
                                                 .tls = tree.tls,
                                                 .ca_file = tree.global["ca-file"],
                                                 .cert_file = tree.global["cert"],
                                                 .key_file = tree.global["key"]},
                                                environment.variable);
  if (!gateway.ok()) return gateway.status();
  options.gateway = *std::move(gateway);
  options.color = environment.out_is_terminal && !tree.no_color &&
                  environment.variable("NO_COLOR").empty() &&
                  environment.variable("TERM") != "dumb";
  if (const std::string& text = tree.global["timeout"]; !text.empty()) {
    const std::optional<absl::Duration> span = ParseSpan(text);
    if (!span || *span <= absl::ZeroDuration()) {
      return absl::InvalidArgumentError(Cat("--timeout: '", EscapeHostile(text),
                                            "' is no span of time. Right are 500ms, 30s, 5m."));
    }
    options.timeout = absl::ToChronoMilliseconds(*span);
  }
  absl::Status output = ReadOutput(tree.global["output"], environment.out_is_terminal, options);
  if (!output.ok()) return output;
  return options;
}

absl::StatusOr<std::string> OwnCommand(CommandTree& tree, const Catalog& catalog, size_t width) {
  if (tree.describe->parsed()) return Describe(catalog, tree.words, width);
  if (tree.fql->parsed()) return FqlHelp(catalog, tree.words, width);
  return Completion(catalog, tree.words);
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
  GrowTree(tree, catalog, environment.width);
  Command command;
  if (std::optional<Command> early = Parse(tree, HelpAsFlag(arguments), environment)) {
    return *std::move(early);
  }
  const absl::StatusOr<GlobalOptions> global = GlobalOf(tree, environment);
  if (!global.ok()) {
    command.exit_code = Refuse(environment, std::string(global.status().message()), "falconctl");
    return command;
  }
  command.global = *global;
  for (const std::unique_ptr<Leaf>& leaf : tree.leaves) {
    if (!leaf->app->parsed()) continue;
    command.call = CallOf(*leaf, environment.in);
    return command;
  }
  const absl::StatusOr<std::string> text = OwnCommand(tree, catalog, environment.width);
  if (text.ok()) {
    command.text = *text;
  } else {
    command.exit_code = Refuse(environment, std::string(text.status().message()), "falconctl");
  }
  return command;
}

}  // namespace falcon::client
