// Writes the completion script.
#include "cli/completion.h"

#include "cli/flags.h"
#include "cli/option_help.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

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

std::vector<std::string> FlagWordsOf(const Method& method) {
  std::vector<std::string> words;
  for (const Flag& flag : FlagsOf(method)) words.push_back("--" + flag.name);
  for (const OwnFlag& flag : MethodFlags(method)) words.push_back("--" + flag.name);
  for (const OwnFlag& flag : GlobalFlags()) words.push_back("--" + flag.name);
  words.push_back("--help");
  return words;
}

std::string CommandCases(const Catalog& catalog) {
  std::vector<std::string> top;
  std::string cases;
  for (const Noun& noun : catalog.nouns()) {
    std::vector<std::string> verbs;
    for (const Method& method : noun.methods) {
      verbs.push_back(method.verb);
      const std::string command =
          noun.name.empty() ? method.verb : StrCat(noun.name, " ", method.verb);
      cases.append(Case(StrCat("\" ", command, "\"|\" ", command, " \"*"), FlagWordsOf(method)));
    }
    if (noun.name.empty()) {
      top.insert(top.end(), verbs.begin(), verbs.end());
    } else {
      top.push_back(noun.name);
      for (const char* reader : {"", " describe", " help"}) {
        cases.append(Case(StrCat("\"", reader, " ", noun.name, "\""), verbs));
      }
    }
  }
  std::vector<std::string> nouns = top;
  top.insert(top.end(), {"describe", "fql", "completion", "help", "--help", "--version"});
  for (const OwnFlag& flag : GlobalFlags()) top.push_back("--" + flag.name);
  return StrCat(cases, Case("\" describe\"|\" help\"|\" fql\"", nouns),
                Case("\" completion\"", {"bash"}), Case("\"\"", top));
}

// After a flag whose words are known. Flags of one name have the same words everywhere but where
// the noun differs.
std::string ValueCases(const Catalog& catalog) {
  std::string cases;
  for (const Noun& noun : catalog.nouns()) {
    for (const Method& method : noun.methods) {
      for (const Flag& flag : FlagsOf(method)) {
        if (flag.kind != FlagKind::kEnum) continue;
        cases.append(Case(StrCat("\" ", noun.name, noun.name.empty() ? "" : " ", method.verb,
                                 "\"*\"|--", flag.name, "\""),
                          EnumWords(*flag.field().enum_type())));
      }
    }
  }
  return StrCat(cases, Case("*\"|--output\"|*\"|-o\"", {"table", "json", "ndjson"}));
}

}  // namespace

absl::StatusOr<std::string> Completion(const Catalog& catalog,
                                       const std::vector<std::string>& words) {
  if (words.size() != 1 || words[0] != "bash") {
    return absl::InvalidArgumentError("Which shell? Known: bash.");
  }
  return StrCat(kHead, "  case \"$cmd\" in\n", CommandCases(catalog), "  esac\n",
                "  case \"$cmd|$prev\" in\n", ValueCases(catalog), "  esac\n", kTail);
}

}  // namespace falcon::client
