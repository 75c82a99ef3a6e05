// Reads, changes and writes the file of contexts.
#include "cli/contexts.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "cli/output_file.h"
#include "render/table.h"
#include "text.h"

namespace falcon::client {
namespace {

namespace fs = std::filesystem;

const std::vector<std::string> kSettings = {"address", "tls",    "ca-file", "cert",
                                            "key",     "caller", "timeout"};
const std::vector<std::string> kFiles = {"ca-file", "cert", "key"};

bool Has(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

absl::Status Wrong(const std::string& path, const YAML::Mark& mark, std::string_view what) {
  return absl::InvalidArgumentError(
      StrCat(EscapeUnsafe(path), ": line ", mark.line + 1, ": ", what));
}

absl::Status CheckKeys(const std::string& path, const YAML::Node& node,
                       const std::vector<std::string>& known) {
  if (!node.IsMap()) return Wrong(path, node.Mark(), "Keys and values are expected.");
  for (const auto& entry : node) {
    const auto word = entry.first.as<std::string>();
    if (Has(known, word)) continue;
    return Wrong(
        path, entry.first.Mark(),
        StrCat("'", EscapeUnsafe(word), "' is unknown here. Known: ", Join(known, ", "), "."));
  }
  return absl::OkStatus();
}

absl::StatusOr<ContextSettings> SettingsIn(const std::string& path, const YAML::Node& node) {
  RETURN_IF_ERROR(CheckKeys(path, node, kSettings));
  ContextSettings settings;
  for (const auto& entry : node) {
    const auto name = entry.first.as<std::string>();
    if (name != "tls") {
      settings[name] = entry.second.as<std::string>();
    } else if (entry.second.as<bool>()) {
      settings[name] = "true";
    }
  }
  return settings;
}

// Throws what yaml-cpp does where a value is of another kind than is asked for.
absl::StatusOr<Contexts> ContextsIn(const std::string& path, const YAML::Node& root) {
  Contexts contexts;
  if (root.IsNull()) return contexts;
  RETURN_IF_ERROR(CheckKeys(path, root, {"current-context", "contexts"}));
  contexts.current = root["current-context"].as<std::string>("");
  const YAML::Node named = root["contexts"];
  if (!named.IsDefined()) return contexts;
  if (!named.IsMap()) return Wrong(path, named.Mark(), "Contexts by their names are expected.");
  for (const auto& entry : named) {
    ASSIGN_OR_RETURN(contexts.named[entry.first.as<std::string>()], SettingsIn(path, entry.second));
  }
  return contexts;
}

absl::Status WriteContexts(const std::string& path, const Contexts& contexts) {
  YAML::Emitter file;
  file << YAML::BeginMap;
  if (!contexts.current.empty()) {
    file << YAML::Key << "current-context" << YAML::Value << contexts.current;
  }
  file << YAML::Key << "contexts" << YAML::Value << contexts.named << YAML::EndMap;
  std::error_code error;
  fs::create_directories(fs::path(path).parent_path(), error);
  return ReplaceFile(path, StrCat(file.c_str(), "\n"));
}

absl::Status Unknown(const std::string& name, const Contexts& contexts) {
  std::vector<std::string> known;
  known.reserve(contexts.named.size());
  for (const auto& [other, settings] : contexts.named) known.push_back(other);
  return absl::InvalidArgumentError(
      StrCat("'", EscapeUnsafe(name), "' is not a context. ",
             known.empty() ? "`fgctl config set-context NAME --address HOST:PORT` makes one."
                           : StrCat("Known: ", EscapeUnsafe(Join(known, ", ")), ".")));
}

std::string Listing(const Contexts& contexts) {
  if (contexts.named.empty()) {
    return "No contexts. `fgctl config set-context NAME --address HOST:PORT` makes one.\n";
  }
  std::vector<Column> columns(3);
  columns[0].header = "CURRENT";
  columns[1].header = "NAME";
  columns[2].header = "SETTINGS";
  std::vector<std::vector<Cell>> rows;
  for (const auto& [name, settings] : contexts.named) {
    std::vector<std::string> words;
    for (const auto& [key, value] : settings) {
      words.push_back(key == "tls" ? "--tls" : StrCat("--", key, " ", value));
    }
    rows.push_back({{name == contexts.current ? "*" : ""},
                    {EscapeUnsafe(name)},
                    {EscapeUnsafe(Join(words, " "))}});
  }
  const Style plain{};
  const TableLayout layout = FitTable(columns, rows, plain);
  std::string out = HeaderLine(layout, plain) + "\n";
  for (const std::vector<Cell>& row : rows) out.append(RowLine(layout, row, plain) + "\n");
  return out;
}

// Adds to the context of that name, or makes it.
absl::Status SetContext(const std::string& name, const ContextSettings& given, Contexts& contexts) {
  ContextSettings& settings = contexts.named[name];
  for (const auto& [key, value] : given) {
    if (value.empty()) continue;
    if (!Has(kSettings, key)) {
      return absl::InvalidArgumentError(StrCat("--", key, " is not kept in a context."));
    }
    settings[key] = Has(kFiles, key) ? fs::absolute(value).lexically_normal().string() : value;
  }
  if (settings.contains("address")) return absl::OkStatus();
  return absl::InvalidArgumentError(StrCat("A context has an --address."));
}

}  // namespace

std::string ContextsPath(const Variables& variable) {
  const std::string folder = variable("XDG_CONFIG_HOME");
  if (!folder.empty()) return StrCat(folder, "/fgctl/config.yaml");
  const std::string home = variable("HOME");
  return home.empty() ? std::string() : StrCat(home, "/.config/fgctl/config.yaml");
}

absl::StatusOr<Contexts> ReadContexts(const std::string& path) {
  std::error_code error;
  if (path.empty() || !fs::exists(path, error)) return Contexts{};
  try {
    return ContextsIn(path, YAML::LoadFile(path));
  } catch (const YAML::BadFile&) {
    return absl::InvalidArgumentError(StrCat(EscapeUnsafe(path), " cannot be read."));
  } catch (const YAML::Exception& wrong) {
    return Wrong(path, wrong.mark, StrCat(EscapeUnsafe(wrong.msg), "."));
  }
}

absl::StatusOr<ContextSettings> ContextInForce(std::string name, const Variables& variable) {
  const std::string path = ContextsPath(variable);
  ASSIGN_OR_RETURN(const Contexts contexts, ReadContexts(path));
  if (name.empty()) name = variable("FALCON_GATEWAY_CONTEXT");
  if (name.empty()) name = contexts.current;
  if (name.empty()) return ContextSettings();
  const auto found = contexts.named.find(name);
  if (found == contexts.named.end()) return Unknown(name, contexts);
  ContextSettings settings = found->second;
  for (const std::string& file : kFiles) {
    const auto value = settings.find(file);
    if (value == settings.end()) continue;
    value->second = (fs::path(path).parent_path() / value->second).string();
  }
  return settings;
}

absl::StatusOr<std::string> RunConfig(const std::string& verb, const std::string& name,
                                      const ContextSettings& given, const Variables& variable) {
  const std::string path = ContextsPath(variable);
  ASSIGN_OR_RETURN(Contexts contexts, ReadContexts(path));
  if (verb == "get-contexts") return Listing(contexts);
  if (path.empty()) return absl::InvalidArgumentError("Neither XDG_CONFIG_HOME nor HOME is set.");
  std::string done;
  if (verb == "set-context") {
    RETURN_IF_ERROR(SetContext(name, given, contexts));
    done = StrCat("Context '", EscapeUnsafe(name), "' is kept in ", EscapeUnsafe(path), ".\n");
  } else if (!contexts.named.contains(name)) {
    return Unknown(name, contexts);
  } else if (verb == "use") {
    contexts.current = name;
    done = StrCat("Context '", EscapeUnsafe(name), "' is in use.\n");
  } else {
    contexts.named.erase(name);
    if (contexts.current == name) contexts.current.clear();
    done = StrCat("Context '", EscapeUnsafe(name), "' is deleted.\n");
  }
  RETURN_IF_ERROR(WriteContexts(path, contexts));
  return done;
}

std::vector<std::string> ContextNames(const Variables& variable) {
  const absl::StatusOr<Contexts> contexts = ReadContexts(ContextsPath(variable));
  std::vector<std::string> names;
  if (!contexts.ok()) return names;
  for (const auto& [name, settings] : contexts->named) names.push_back(name);
  return names;
}

}  // namespace falcon::client
