// Candidates from the tree of commands, and the scripts.
#include "cli/completion.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "fql_fields.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

// Bash breaks words at colons and quotes, so it is given the line, and what stands before $2, the part
// that it replaces, is cut from the answers.
constexpr std::string_view kBash = R"(# bash completion for fgctl: source <(fgctl completion bash)
_fgctl() {
  local line=${COMP_LINE:0:COMP_POINT} words cur
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  cur=${words[-1]}
  mapfile -t COMPREPLY < <(fgctl __complete "${words[@]:1}" 2>/dev/null)
  COMPREPLY=("${COMPREPLY[@]#"${cur%"$2"}"}")
  [[ ${COMPREPLY[0]} == *: ]] && compopt -o nospace
}
complete -o default -F _fgctl fgctl
)";
constexpr std::string_view kZsh = R"(#compdef fgctl
# zsh completion for fgctl: source <(fgctl completion zsh)
_fgctl() {
  local -a found
  found=("${(@f)$(fgctl __complete "${(@)words[2,CURRENT-1]}" "${words[CURRENT]#[\"\']}" 2>/dev/null)}")
  if [[ -n $found ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _fgctl fgctl
)";
constexpr std::string_view kFish = R"(# fish completion for fgctl: fgctl completion fish | source
function __fgctl_complete
  fgctl __complete (commandline -opc)[2..] (string replace -r '^["\']' '' -- (commandline -ct)) 2>/dev/null
end
complete -c fgctl -a '(__fgctl_complete)'
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

const google::protobuf::Descriptor* RecordOf(const Catalog& catalog, const MethodCall& call) {
  const Noun* noun = catalog.FindNoun(call.method->noun);
  return noun == nullptr ? nullptr : FqlRecordOf(*noun);
}

// "severity_name:'High'", or where the values are not known, "days:", "days:>".
Texts ConditionsOn(const FqlFieldHelp& field) {
  Texts words;
  for (const std::string& value : field.values) {
    words.push_back(StrCat(field.name, ":'", value, "'"));
  }
  if (!words.empty()) return words;
  for (const std::string& sign : Split(field.operators, ' ')) {
    const bool star = sign.find_first_of("*[") != std::string::npos;
    if (!star) words.push_back(StrCat(field.name, sign.starts_with(':') ? "" : ":", sign));
  }
  return words;
}

// Conditions so far, and then a field with its colon; or, of one field, what it is compared with.
Texts FqlCandidates(const Catalog& catalog, const MethodCall& call, const std::string& begun) {
  const auto* record = RecordOf(catalog, call);
  if (record == nullptr) return {};
  const size_t part = begun.find_last_of("+,(") + 1;
  const std::string before = begun.substr(0, part);
  const std::string field = begun.substr(part, begun.find(':', part) - part);
  const bool settled = begun.find(':', part) != std::string::npos;
  std::vector<FqlFieldHelp> known = FqlFieldsOf(*record);
  std::erase_if(known, [&](const FqlFieldHelp& one) {
    return one.operators.empty() || !(settled ? one.name == field : one.name.starts_with(field));
  });
  Texts words;
  for (const FqlFieldHelp& one : known) {
    const Texts more = known.size() == 1 ? ConditionsOn(one) : Texts{one.name + ":"};
    for (const std::string& word : more) words.push_back(before + word);
  }
  return words;
}

// "severity", "device", "device.hostname": what --fields takes.
void AddFieldPaths(const google::protobuf::Descriptor& type, const std::string& prefix,
                   Texts& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    out.push_back(prefix + field.name());
    const auto* inner = field.message_type();
    const bool below = inner != nullptr && prefix.empty() && !field.is_map() &&
                       KindOf(*inner) == MessageKind::kOther;
    if (below) AddFieldPaths(*inner, field.name() + ".", out);
  }
}

// Behind the commas of those before.
Texts BehindCommas(const std::string& begun, Texts words) {
  const std::string before = begun.substr(0, begun.rfind(',') + 1);
  for (std::string& word : words) word.insert(0, before);
  return words;
}

Texts OrderCandidates(const Catalog& catalog, const MethodCall& call) {
  const auto* record = RecordOf(catalog, call);
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
    if (known.kind == FlagKind::kEnum) {
      return BehindCommas(begun, EnumWords(*known.field().enum_type()));
    }
    if (known.kind == FlagKind::kFields && leaf->call.method->shape.records != nullptr) {
      Texts paths;
      AddFieldPaths(*leaf->call.method->shape.records->message_type(), "", paths);
      return BehindCommas(begun, std::move(paths));
    }
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
  std::string begun = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  // The quote that is open, where the shell tells.
  const bool quoted = begun.starts_with('"') || begun.starts_with('\'');
  const std::string quote = begun.substr(0, quoted ? 1 : 0);
  begun.erase(0, quote.size());
  const std::string last = words.empty() ? "" : words.back();
  const bool named =
      last == "--context" || (words.size() == 2 && words[0] == "config" && last != "get-contexts");
  std::string lines;
  for (const std::string& word : named ? contexts : All(tree, catalog, words, begun)) {
    if (word.starts_with(begun)) lines += quote + word + "\n";
  }
  return lines;
}

}  // namespace falcon::client
