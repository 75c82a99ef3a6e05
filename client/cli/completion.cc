// Candidates from the tree of commands, and the scripts.
#include "cli/completion.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "fql_fields.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

// Bash breaks words at colons, so it is given the line, and what stands before the last colon is cut
// from the answers.
constexpr std::string_view kBash = R"(# bash completion for fgctl: source <(fgctl completion bash)
_fgctl() {
  local line=${COMP_LINE:0:COMP_POINT} words cur
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  cur=${words[-1]}
  mapfile -t COMPREPLY < <(fgctl __complete "${words[@]:1}" 2>/dev/null)
  [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"${cur%:*}:"}")
  [[ ${COMPREPLY[0]} == *: ]] && compopt -o nospace
}
complete -o default -F _fgctl fgctl
)";
constexpr std::string_view kZsh = R"(#compdef fgctl
# zsh completion for fgctl: source <(fgctl completion zsh)
_fgctl() {
  local -a found
  found=("${(@f)$(fgctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found ]]; then compadd -Q -- "${found[@]}"; else _files; fi
}
compdef _fgctl fgctl
)";
constexpr std::string_view kFish = R"(# fish completion for fgctl: fgctl completion fish | source
complete -c fgctl -a '(fgctl __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
)";

using Texts = std::vector<std::string>;

// The command that the words name, as far as they go.
const CLI::App& Reached(const CommandTree& tree, const Texts& words) {
  const CLI::App* app = &tree.root;
  for (const std::string& word : words) {
    const auto below = app->get_subcommands({});
    const auto found =
        std::ranges::find_if(below, [&](const CLI::App* sub) { return sub->get_name() == word; });
    if (found != below.end()) app = *found;
  }
  return *app;
}

// Conditions so far, and then a field with its colon; or a field and its values.
Texts FqlCandidates(const Catalog& catalog, const MethodCall& call, const std::string& begun) {
  const Noun* noun = catalog.FindNoun(call.method->noun);
  const auto* record = noun == nullptr ? nullptr : FqlRecordOf(*noun);
  if (record == nullptr) return {};
  const size_t part = begun.find_last_of("+,(\"") + 1;
  const std::string before = begun.substr(0, part);
  const std::string field = begun.substr(part, begun.find(':', part) - part);
  const bool values = begun.find(':', part) != std::string::npos;
  Texts words;
  for (const FqlFieldHelp& known : FqlFieldsOf(*record)) {
    if (known.operators.empty()) continue;
    if (!values) words.push_back(StrCat(before, known.name, ":"));
    if (!values || known.name != field) continue;
    for (const std::string& value : known.values) {
      words.push_back(StrCat(before, field, ":'", value, "'"));
    }
  }
  return words;
}

Texts OrderCandidates(const Catalog& catalog, const MethodCall& call) {
  const Noun* noun = catalog.FindNoun(call.method->noun);
  const auto* record = noun == nullptr ? nullptr : FqlRecordOf(*noun);
  Texts words;
  for (const FqlFieldHelp& known :
       record == nullptr ? std::vector<FqlFieldHelp>() : FqlFieldsOf(*record)) {
    if (known.sortable) words.push_back(known.name);
  }
  return words;
}

// What may follow a flag; unset: it takes no word, or any.
std::optional<Texts> ValuesOf(const Catalog& catalog, const Leaf* leaf, const std::string& flag,
                              const std::string& begun) {
  if (flag == "--output" || flag == "-o") {
    return Texts(kOutputFormats.begin(), kOutputFormats.end());
  }
  if (leaf == nullptr) return std::nullopt;
  if (flag == "--fql") return FqlCandidates(catalog, leaf->call, begun);
  if (flag == "--order-by") return OrderCandidates(catalog, leaf->call);
  for (const Flag& known : leaf->call.flags) {
    if (StrCat("--", known.name) != flag) continue;
    if (known.kind == FlagKind::kEnum) return EnumWords(*known.field().enum_type());
    if (known.kind != FlagKind::kSwitch) return Texts();
  }
  return std::nullopt;
}

Texts All(const CommandTree& tree, const Catalog& catalog, const Texts& before,
          const std::string& begun) {
  const CLI::App& reached = Reached(tree, before);
  const auto leaf =
      std::ranges::find_if(tree.leaves, [&](const auto& one) { return one->app == &reached; });
  const Leaf* call = leaf == tree.leaves.end() ? nullptr : leaf->get();
  if (!before.empty()) {
    if (auto values = ValuesOf(catalog, call, before.back(), begun)) return *values;
  }
  if (begun.starts_with('-') || call != nullptr) return KnownWords(reached, true);
  const std::string name = reached.get_name();
  if (name == "completion") return {"bash", "zsh", "fish"};
  const bool about = name == "describe" || name == "help" || name == "fql";
  return KnownWords(about ? tree.root : reached, false);
}

}  // namespace

absl::StatusOr<std::string> CompletionScript(const std::vector<std::string>& words) {
  const std::map<std::string_view, std::string_view> scripts = {
      {"bash", kBash}, {"zsh", kZsh}, {"fish", kFish}};
  const auto found = scripts.find(words.size() == 1 ? words[0] : "");
  if (found != scripts.end()) return std::string(found->second);
  return absl::InvalidArgumentError("A shell is required. Known: bash, zsh, fish.");
}

std::string Candidates(const CommandTree& tree, const Catalog& catalog, Texts words,
                       const Texts& contexts) {
  const std::string begun = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  const std::string last = words.empty() ? "" : words.back();
  const bool named =
      last == "--context" || (words.size() == 2 && words[0] == "config" && last != "get-contexts");
  std::string lines;
  for (const std::string& word : named ? contexts : All(tree, catalog, words, begun)) {
    if (word.starts_with(begun)) lines += word + "\n";
  }
  return lines;
}

}  // namespace falcon::client
