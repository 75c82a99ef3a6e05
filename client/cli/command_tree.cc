// Grows the tree of commands from the catalog.
#include "cli/command_tree.h"

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "cli/environment.h"
#include "cli/flags.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

constexpr size_t kHelpColumn = 30;
constexpr std::string_view kAbout =
    "Reads CrowdStrike Falcon through a falcon-gateway. Never changes anything.";
constexpr std::string_view kExamples =
    "Examples:\n"
    "  fgctl detections list --severity high --days 7\n"
    "  fgctl hosts get SRV-PROD-001\n"
    "  fgctl detections export --created-after 30d --output ndjson > detections.ndjson\n"
    "  fgctl fql detections          fields for --fql\n"
    "  fgctl describe hosts list     flags and fields in full\n"
    "  fgctl hosts list --platform Linux --days 7 --explain\n"
    "  source <(fgctl completion bash)\n\n";

std::string Wrapped(std::string_view text, size_t width) {
  const size_t columns = std::min<size_t>(width == 0 ? 100 : width, 110);
  return Join(Wrap(text, columns > kHelpColumn + 30 ? columns - kHelpColumn : 60), "\n");
}

std::string HelpOf(const OwnFlag& flag, size_t width) { return Wrapped(flag.help, width); }

void AddGlobalFlags(CommandTree& tree, size_t width) {
  for (const OwnFlag& flag : GlobalFlags()) {
    const std::string name = StrCat("--", flag.name, flag.name == "output" ? ",-o" : "");
    if (flag.value_hint.empty()) {
      bool& target = flag.name == "tls"       ? tree.tls
                     : flag.name == "explain" ? tree.explain
                                              : tree.no_color;
      tree.root.add_flag(name, target, HelpOf(flag, width));
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
        three_states ? StrCat(name, ",!--no-", flag.name) : name,
        [&words](int64_t count) { words = {count > 0 ? "true" : "false"}; }, help);
    return;
  }
  leaf.app->add_option(name, words, help)->allow_extra_args(false)->option_text(flag.ValueHint());
}

void AddPositional(Leaf& leaf, size_t width) {
  const Flag* flag = PositionalOf(*leaf.call.method, leaf.call.flags);
  if (flag == nullptr) return;
  const bool several = flag->field().is_repeated();
  const std::string name_flag = NameFlagOf(*flag, leaf.call.flags);
  const std::string help =
      StrCat("Same as --", flag->name,
             name_flag.empty() ? "." : StrCat("; if it is not a device id, as --", name_flag, "."),
             several ? " - reads them from standard input, one per line or as JSON." : "");
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
    } else if (flag.name == "watch") {
      leaf.app->add_flag(name, leaf.call.watch, help);
    } else if (flag.name == "gzip") {
      leaf.app->add_flag(name, leaf.call.gzip, help);
    } else if (flag.name == "interval") {
      leaf.app->add_option(name, leaf.interval, help)->option_text(flag.value_hint);
    } else if (flag.name == "limit") {
      leaf.app->add_option(name, leaf.limit, help)
          ->option_text(flag.value_hint)
          ->check(CLI::Range(int64_t{1}, int64_t{1} << 53));
    } else if (flag.name == "retry") {
      leaf.app->add_option(name, leaf.call.retry, help)
          ->option_text(flag.value_hint)
          ->check(CLI::Range(0, 1000));
    } else if (flag.name == "retry-for") {
      leaf.app->add_option(name, leaf.retry_for, help)->option_text(flag.value_hint);
    } else if (flag.name == "resume-file") {
      leaf.app->add_option(name, leaf.call.resume_file, help)->option_text(flag.value_hint);
    }
  }
}

// The flags that every command takes, as CLI11 lists the command's own.
std::string GlobalHelp(size_t width) {
  std::string help = "Flags of every command:\n";
  for (const OwnFlag& flag : GlobalFlags()) {
    std::string name = StrCat("  --", flag.name, flag.value_hint.empty() ? "" : " ");
    name += flag.value_hint;
    name.resize(std::max(name.size() + 2, kHelpColumn), ' ');
    const std::string margin(kHelpColumn, ' ');
    help += StrCat(name, absl::StrReplaceAll(HelpOf(flag, width), {{"\n", StrCat("\n", margin)}}),
                   "\n");
  }
  return help;
}

const Flag* FlagOfKind(const MethodCall& call, FlagKind kind) {
  const auto found =
      std::ranges::find_if(call.flags, [kind](const Flag& flag) { return flag.kind == kind; });
  return found == call.flags.end() ? nullptr : &*found;
}

// A line that suits lists and exports of any noun: its times, and its first closed vocabulary.
std::string ExamplesOf(const MethodCall& call) {
  const Method& method = *call.method;
  const bool exports = method.descriptor->server_streaming();
  if (!method.shape.batch() || (!exports && !method.shape.pages())) return {};
  std::string line = StrCat("fgctl ", method.noun, " ", method.verb);
  const bool days = std::ranges::find(call.flags, "days", &Flag::name) != call.flags.end();
  if (days) line += " --days 7";
  if (const Flag* flag = FlagOfKind(call, FlagKind::kEnum); flag != nullptr) {
    line += StrCat(" --", flag->name, " ", EnumWords(*flag->field().enum_type()).front());
  }
  line += exports ? StrCat(" --resume-file ", method.noun, ".token >> ", method.noun, ".ndjson")
                  : std::string(" --limit 20 --output csv");
  return StrCat("Example:\n  ", line, "\n\n");
}

bool Has(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

// Flags, on which most of the time is spent, are made for the command that `words` may name.
void AddMethod(CommandTree& tree, CLI::App& parent, const Method& method,
               const std::vector<std::string>& words, size_t width) {
  CLI::App* app = parent.add_subcommand(method.verb);
  const bool help = Has(words, "--help") || Has(words, "-h");
  if (!method.noun.empty() && !Has(words, method.noun)) return;
  if (!help && !Has(words, method.verb)) return;
  auto leaf = std::make_unique<Leaf>();
  leaf->app = app;
  leaf->call.method = &method;
  leaf->call.flags = FlagsOf(method, help);
  if (help) {
    const std::string about = InFlagTerms(leaf->call.flags, CommentOf(*method.descriptor));
    leaf->app->description(Wrapped(about, width));
    leaf->app->footer(StrCat(ExamplesOf(leaf->call), GlobalHelp(width)));
  }
  AddPositional(*leaf, width);
  for (const Flag& flag : leaf->call.flags) AddRequestFlag(*leaf, flag, width);
  AddOwnFlags(*leaf, width);
  tree.leaves.push_back(std::move(leaf));
}

void AddNouns(CommandTree& tree, const Catalog& catalog, const std::vector<std::string>& words,
              size_t width) {
  for (const Noun& noun : catalog.nouns()) {
    CLI::App* app = &tree.root;
    if (!noun.name.empty()) {
      app = tree.root.add_subcommand(noun.name, Wrapped(noun.about, width));
      app->require_subcommand(1);
    }
    for (const Method& method : noun.methods) AddMethod(tree, *app, method, words, width);
  }
}

void AddConfig(CommandTree& tree) {
  tree.config = tree.root.add_subcommand("config",
                                         "Keeps contexts, which are named gateways, in "
                                         "~/.config/fgctl/config.yaml or in that folder of "
                                         "XDG_CONFIG_HOME.");
  tree.config->require_subcommand(1);
  tree.config->footer(
      "Example:\n"
      "  fgctl config set-context prod --address gateway.example.com:443 --tls\n"
      "  fgctl config use prod\n"
      "  fgctl hosts list --context prod\n\n"
      "A context keeps --address, --tls, --ca-file, --cert, --key, --caller and --timeout. Flags "
      "and\n"
      "variables win over it. An address that they name brings nothing of the context's "
      "connection.");
  tree.config->add_subcommand("get-contexts", "Lists the contexts and their settings.");
  for (const auto& [verb, help] :
       {std::pair("use", "Uses a context where no other is named: use NAME."),
        std::pair("set-context", "Keeps the global flags that are given: set-context NAME."),
        std::pair("delete-context", "Removes a context: delete-context NAME.")}) {
    tree.config->add_subcommand(verb, help)
        ->add_option("name", tree.words)
        ->expected(1)
        ->required()
        ->option_text(" ");
  }
}

void AddOwnCommands(CommandTree& tree) {
  const auto add = [&](const char* name, const char* help, int most) {
    CLI::App* app = tree.root.add_subcommand(name, help);
    app->add_option("words", tree.words)->expected(0, most)->option_text(" ");
    return app;
  };
  tree.describe = add("describe", "Describes flags and fields in full: describe [NOUN [VERB]].", 2);
  tree.fql = add("fql",
                 "Lists the fields for --fql and --order-by: fql [NOUN]; without NOUN, all as a "
                 "page in Markdown.",
                 1);
  tree.api = add("api", "Prints the API as a page in Markdown.", 0);
  tree.completion =
      add("completion", "Prints a completion script: completion bash, zsh or fish.", 1);
  add("help", "Prints this help or that of a command: help [NOUN [VERB]].", 2);
}

}  // namespace

void GrowTree(CommandTree& tree, const Catalog& catalog, const std::vector<std::string>& words,
              size_t width) {
  tree.root.description(std::string(kAbout));
  // One each: a later word, such as an id, is never taken for a command.
  tree.root.require_subcommand(1);
  tree.root.fallthrough();
  tree.root.get_formatter()->column_width(kHelpColumn);
  tree.root.set_version_flag("--version", StrCat("fgctl ", FALCON_GATEWAY_VERSION));
  tree.root.footer(StrCat(kExamples, kExitCodeHelp));
  AddGlobalFlags(tree, width);
  AddNouns(tree, catalog, words, width);
  AddConfig(tree);
  AddOwnCommands(tree);
}

std::vector<std::string> KnownWords(const CLI::App& app, bool flags) {
  std::vector<std::string> known;
  if (!flags) {
    for (const CLI::App* sub : app.get_subcommands({})) known.push_back(sub->get_name());
    return known;
  }
  for (const CLI::App* level = &app; level != nullptr; level = level->get_parent()) {
    // Between a command and the root only --help stands.
    if (level != &app && level->get_parent() != nullptr) continue;
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  return known;
}

std::string CommandName(const CLI::App& app) {
  std::string name = app.get_name();
  for (const CLI::App* up = app.get_parent(); up != nullptr; up = up->get_parent()) {
    name = StrCat(up->get_name(), " ", name);
  }
  return name;
}

}  // namespace falcon::client
