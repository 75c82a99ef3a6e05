// Builds the tree of commands from the catalog, parses, and reads the result.
#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <map>
#include <memory>

#include "cli/completion.h"
#include "cli/describe.h"
#include "cli/exit_code.h"
#include "cli/fql_help.h"
#include "cli/option_help.h"
#include "render/style.h"
#include "terminal_text.h"
#include "text.h"
#include "time_text.h"

namespace falcon::client {
namespace {

constexpr size_t kHelpColumn = 30;
constexpr std::string_view kAbout =
    "Reads Falcon through a falcon-gateway: detections, hosts and the gateway's own state. Never "
    "changes anything.";
constexpr std::string_view kExamples =
    "Examples:\n"
    "  falconctl detections list --severity high --days 7\n"
    "  falconctl hosts get --hostname SRV-PROD-001\n"
    "  falconctl detections export --created-after 30d --output ndjson > detections.ndjson\n"
    "  falconctl fql detections          fields that --filter knows\n"
    "  falconctl describe hosts list     flags and fields in full\n"
    "  source <(falconctl completion bash)\n\n";

// A method's command while it is parsed: CLI11 writes into it.
struct Leaf {
  MethodCall call;
  CLI::App* app = nullptr;
  std::vector<std::string> positional;
  std::string positional_flag;
  int64_t limit = 0;
};

struct Tree {
  CLI::App root{std::string(kAbout), "falconctl"};
  std::vector<std::unique_ptr<Leaf>> leaves;
  std::map<std::string, std::string> global;
  bool tls = false;
  bool no_color = false;
  std::vector<std::string> words;
  CLI::App* describe = nullptr;
  CLI::App* fql = nullptr;
  CLI::App* completion = nullptr;
};

std::string Wrapped(std::string_view text, size_t width) {
  const size_t columns = std::min<size_t>(width == 0 ? 100 : width, 110);
  return Join(Wrap(text, columns > kHelpColumn + 30 ? columns - kHelpColumn : 60), "\n");
}

std::string HelpOf(const OwnFlag& flag, size_t width) { return Wrapped(flag.help, width); }

void AddGlobalFlags(Tree& tree, size_t width) {
  for (const OwnFlag& flag : GlobalFlags()) {
    const std::string name = Cat("--", flag.name, flag.name == "output" ? ",-o" : "");
    if (flag.value_hint.empty()) {
      tree.root.add_flag(name, flag.name == "tls" ? tree.tls : tree.no_color, HelpOf(flag, width));
    } else {
      tree.root.add_option(name, tree.global[flag.name], HelpOf(flag, width))
          ->option_text(flag.value_hint);
    }
  }
}

void AddRequestFlag(Leaf& leaf, const Flag& flag, size_t width) {
  const std::string name = "--" + flag.name;
  std::vector<std::string>& words = leaf.call.words[flag.name];
  const std::string help = Wrapped(flag.help, width);
  if (flag.kind == FlagKind::kSwitch) {
    const bool three_states = flag.field().has_presence();
    leaf.app->add_flag_function(
        three_states ? Cat(name, ",!--no-", flag.name) : name,
        [&words](int64_t count) { words = {count > 0 ? "true" : "false"}; }, help);
    return;
  }
  leaf.app->add_option(name, words, help)->allow_extra_args(false)->option_text(flag.ValueHint());
}

void AddPositional(Leaf& leaf, size_t width) {
  const Flag* flag = PositionalOf(*leaf.call.method, leaf.call.flags);
  if (flag == nullptr) return;
  leaf.positional_flag = flag->name;
  const bool several = flag->field().is_repeated();
  const std::string help = Cat("Same as --", flag->name, ".",
                               several ? " - reads them from standard input, one a line." : "");
  leaf.app->add_option(flag->name, leaf.positional, Wrapped(help, width))
      ->expected(0, several ? CLI::detail::expected_max_vector_size : 1)
      ->option_text(several ? "..." : " ");
}

void AddOwnFlags(Leaf& leaf, size_t width) {
  for (const OwnFlag& flag : MethodFlags(*leaf.call.method)) {
    const std::string name = "--" + flag.name;
    const std::string help = HelpOf(flag, width);
    if (flag.name == "all") {
      leaf.app->add_flag(name, leaf.call.all, help);
    } else if (flag.name == "limit") {
      leaf.app->add_option(name, leaf.limit, help)
          ->option_text(flag.value_hint)
          ->check(CLI::Range(int64_t{1}, int64_t{1} << 53));
    } else if (flag.name == "retry") {
      leaf.app->add_option(name, leaf.call.retry, help)
          ->option_text(flag.value_hint)
          ->check(CLI::Range(0, 1000));
    }
  }
}

void AddMethod(Tree& tree, CLI::App& parent, const Method& method, size_t width) {
  auto leaf = std::make_unique<Leaf>();
  leaf->call.method = &method;
  leaf->call.flags = FlagsOf(method);
  leaf->app = parent.add_subcommand(method.verb, Wrapped(CommentOf(*method.descriptor), width));
  leaf->app->footer("Flags of every command: falconctl --help");
  AddPositional(*leaf, width);
  for (const Flag& flag : leaf->call.flags) AddRequestFlag(*leaf, flag, width);
  AddOwnFlags(*leaf, width);
  tree.leaves.push_back(std::move(leaf));
}

void AddNouns(Tree& tree, const Catalog& catalog, size_t width) {
  for (const Noun& noun : catalog.nouns()) {
    CLI::App* app = &tree.root;
    if (!noun.name.empty()) {
      app = tree.root.add_subcommand(noun.name, Wrapped(CommentOf(*noun.descriptor), width));
      app->require_subcommand(1);
    }
    for (const Method& method : noun.methods) AddMethod(tree, *app, method, width);
  }
}

void AddOwnCommands(Tree& tree) {
  const auto add = [&](const char* name, const char* help, int most) {
    CLI::App* app = tree.root.add_subcommand(name, help);
    app->add_option("words", tree.words)->expected(0, most)->option_text(" ");
    return app;
  };
  tree.describe = add("describe", "Flags and fields in full: describe [NOUN [VERB]].", 2);
  tree.fql = add("fql", "Fields that --filter and --order-by know: fql NOUN.", 1);
  tree.completion = add("completion", "A script for the shell: completion bash.", 1);
  add("help", "This help, or a command's: help [NOUN [VERB]].", 2);
}

void Build(Tree& tree, const Catalog& catalog, size_t width) {
  tree.root.require_subcommand(1);
  tree.root.fallthrough();
  tree.root.get_formatter()->column_width(kHelpColumn);
  tree.root.set_version_flag("--version", Cat("falconctl ", FALCON_GATEWAY_VERSION));
  tree.root.footer(Cat(kExamples, kExitCodeHelp));
  AddGlobalFlags(tree, width);
  AddNouns(tree, catalog, width);
  AddOwnCommands(tree);
}

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
std::optional<Command> Parse(Tree& tree, std::vector<std::string> arguments,
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

absl::StatusOr<GlobalOptions> GlobalOf(Tree& tree, const Environment& environment) {
  GlobalOptions options;
  options.address = tree.global["address"];
  if (options.address.empty()) options.address = environment.variable("FALCON_GATEWAY_ADDRESS");
  if (options.address.empty()) options.address = "127.0.0.1:50051";
  options.ca_file = tree.global["ca-file"];
  options.cert_file = tree.global["cert"];
  options.key_file = tree.global["key"];
  const bool files = !(options.ca_file + options.cert_file + options.key_file).empty();
  options.tls = tree.tls || files;
  if (options.cert_file.empty() != options.key_file.empty()) {
    return absl::InvalidArgumentError("--cert and --key go together.");
  }
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
  const absl::Status output =
      ReadOutput(tree.global["output"], environment.out_is_terminal, options);
  if (!output.ok()) return output;
  return options;
}

absl::StatusOr<std::string> OwnCommand(Tree& tree, const Catalog& catalog, size_t width) {
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
  Tree tree;
  Build(tree, catalog, environment.width);
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
