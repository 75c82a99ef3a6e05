// Writes the completion script.
#include "cli/reference.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

constexpr std::string_view kProgram = "fgctl";
constexpr std::string_view kHead =
    "# bash completion for fgctl: source <(fgctl completion bash)\n"
    "_fgctl() {\n"
    "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd= i words=\n"
    "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "    [[ ${COMP_WORDS[i]} == -* ]] || cmd+=\" ${COMP_WORDS[i]}\"\n"
    "  done\n";

constexpr std::string_view kTail =
    "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
    "}\n"
    "complete -o default -F _fgctl fgctl\n";

std::string Case(std::string_view pattern, const std::vector<std::string>& words) {
  return StrCat("    ", pattern, ") words=\"", Join(words, " "), "\" ;;\n");
}

// " hosts list", as the script joins the words before the cursor.
std::string WordsOf(const CLI::App& app) { return CommandName(app).substr(kProgram.size()); }

std::string CommandCases(const CommandTree& tree) {
  std::string cases;
  for (const CLI::App* noun : tree.root.get_subcommands({})) {
    const std::vector<std::string> verbs = KnownWords(*noun, false);
    if (verbs.empty()) continue;
    for (const char* reader : {"", " describe", " help"}) {
      cases.append(Case(StrCat("\"", reader, WordsOf(*noun), "\""), verbs));
    }
  }
  for (const auto& leaf : tree.leaves) {
    const std::string words = WordsOf(*leaf->app);
    cases.append(Case(StrCat("\"", words, "\"|\"", words, " \"*"), KnownWords(*leaf->app, true)));
  }
  std::vector<std::string> top = KnownWords(tree.root, false);
  cases.append(Case("\" describe\"|\" help\"|\" fql\"", top));
  const std::vector<std::string> flags = KnownWords(tree.root, true);
  top.insert(top.end(), flags.begin(), flags.end());
  return StrCat(cases, Case("\" completion\"", {"bash"}), Case("\"\"", top));
}

// After a flag whose words are known.
std::string ValueCases(const CommandTree& tree) {
  std::string cases;
  for (const auto& leaf : tree.leaves) {
    for (const Flag& flag : leaf->call.flags) {
      if (flag.kind != FlagKind::kEnum) continue;
      cases.append(Case(StrCat("\"", WordsOf(*leaf->app), "\"*\"|--", flag.name, "\""),
                        EnumWords(*flag.field().enum_type())));
    }
  }
  return StrCat(cases, Case("*\"|--output\"|*\"|-o\"", {"table", "json", "ndjson"}));
}

}  // namespace

absl::StatusOr<std::string> Completion(const CommandTree& tree,
                                       const std::vector<std::string>& words) {
  if (words.size() != 1 || words[0] != "bash") {
    return absl::InvalidArgumentError("A shell is required. Known: bash.");
  }
  return StrCat(kHead, "  case \"$cmd\" in\n", CommandCases(tree), "  esac\n",
                "  case \"$cmd|$prev\" in\n", ValueCases(tree), "  esac\n", kTail);
}

}  // namespace falcon::client
