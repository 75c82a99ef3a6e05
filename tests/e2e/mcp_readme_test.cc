// The README's ways to set the bridge up work as they stand there.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/e2e/mcp_client.h"
#include "tests/e2e/shared_world.h"

namespace falcon::e2e {
namespace {

class McpReadme : public SharedWorld<McpReadme> {
 public:
  static WorldOptions Options() { return {{"--alerts", "50", "--hosts", "50"}}; }

 protected:
  static std::string Readme() {
    std::ifstream in(FALCON_README);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  // What the bridge says of itself when it is started by these words, which begin with its name.
  static void ExpectWorks(std::string words) {
    const std::string usual = "127.0.0.1:50051";
    if (const size_t at = words.find(usual); at != std::string::npos) {
      words.replace(at, usual.size(), world().address());
    }
    const std::string token = world().folder() + "/mcp-token";
    std::ofstream(token) << "readme-token\n";
    chmod(token.c_str(), 0600);
    const std::string folder = std::filesystem::path(FALCON_MCP_BRIDGE).parent_path();
    const Outcome outcome =
        RunToEnd("/bin/sh", {"-euc", "PATH=$BIN:$PATH; cd \"$FOLDER\"; " + words + " --self-test"},
                 {{"BIN", folder},
                  {"FOLDER", world().folder()},
                  {"FALCON_GATEWAY_ADDRESS", world().address()}});
    EXPECT_EQ(outcome.status, 0) << words << '\n' << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find("All works"), std::string::npos) << words << '\n' << outcome.out;
  }
};

TEST_F(McpReadme, EveryCommandWorks) {
  std::istringstream lines(Readme());
  int commands = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string added = "claude mcp add falcon -- ";
    if (line.starts_with(added)) line.erase(0, added.size());
    if (!line.starts_with("falcon-mcp-bridge ")) continue;
    ++commands;
    ExpectWorks(line);
  }
  EXPECT_GE(commands, 3);
}

TEST_F(McpReadme, TheConfigurationOfClaudeDesktopIsJsonThatStartsTheBridge) {
  const std::string readme = Readme();
  const size_t named = readme.find("\"mcpServers\"");
  ASSERT_NE(named, std::string::npos);
  const size_t begin = readme.rfind("```json\n", named) + 8;
  const Json config = Json::parse(readme.substr(begin, readme.find("```", begin) - begin), nullptr,
                                  /*allow_exceptions=*/false);
  ASSERT_TRUE(config.is_object());
  const Json server = config.at("mcpServers").at("falcon");
  EXPECT_TRUE(server.at("command").get<std::string>().ends_with("/client/falcon-mcp-bridge"));
  std::string words = "falcon-mcp-bridge";
  for (const Json& argument : server.at("args")) words += " " + argument.get<std::string>();
  ExpectWorks(words);
}

}  // namespace
}  // namespace falcon::e2e
