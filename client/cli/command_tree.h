// The tree of commands: every noun and verb of the catalog, with their flags, as CLI11 parses them.
#ifndef FALCON_CLIENT_CLI_COMMAND_TREE_H_
#define FALCON_CLIENT_CLI_COMMAND_TREE_H_

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.h"

namespace falcon::client {

// A method's command while it is parsed: CLI11 writes into it.
struct Leaf {
  MethodCall call;
  CLI::App* app = nullptr;
  std::vector<std::string> positional;
  int64_t limit = 0;
  std::string retry_for;
  std::string interval;
};

// Neither copied nor moved once it is grown: CLI11 holds references into it.
struct CommandTree {
  CLI::App root{"", "fgctl"};
  std::vector<std::unique_ptr<Leaf>> leaves;
  std::map<std::string, std::string> global;
  bool tls = false;
  bool no_color = false;
  bool explain = false;
  std::vector<std::string> words;
  CLI::App* describe = nullptr;
  CLI::App* fql = nullptr;
  CLI::App* api = nullptr;
  CLI::App* completion = nullptr;
  CLI::App* config = nullptr;
};

// Puts all commands into an empty tree, help wrapped to `width` columns (0: 100). Of the commands of
// methods, those that `words`, a command line, may name have their flags, and help where it is asked
// for. The catalog must outlive the tree.
void GrowTree(CommandTree& tree, const Catalog& catalog, const std::vector<std::string>& words,
              size_t width);

// The commands below `app`, or the flags that it takes, with their dashes.
std::vector<std::string> KnownWords(const CLI::App& app, bool flags);

// "fgctl hosts list".
std::string CommandName(const CLI::App& app);

}  // namespace falcon::client

#endif  // FALCON_CLIENT_CLI_COMMAND_TREE_H_
