// A bridge on a scripted gateway, and its tools called as a model calls them.
#ifndef FALCON_TESTS_UNIT_MCP_TOOLS_TOOL_BENCH_H_
#define FALCON_TESTS_UNIT_MCP_TOOLS_TOOL_BENCH_H_

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/tools/tool_list.h"
#include "tests/unit/mcp/resources/resource_bench.h"

namespace falcon::mcp {

// The time is 2026-05-28T20:00:00Z.
struct ToolBench : ResourceBench {
  ToolBench() {
    bridge.now = [this] { return now; };
  }

  absl::Time now = absl::FromUnixSeconds(1'779'998'400);

  ToolResult Call(std::string_view name, const std::string& arguments,
                  const CallContext& context = {}) const {
    const auto tools = MakeTools(bridge, {});
    if (!tools.ok()) throw std::runtime_error(std::string(tools.status().message()));
    for (const Tool& tool : *tools) {
      if (tool.name == name) return tool.call(Json::parse(arguments), context);
    }
    throw std::runtime_error("no such tool: " + std::string(name));
  }
};

struct ToolTest : ::testing::Test {
  ToolBench bench;
};

// A tool of the table.
inline ToolBinding BoundToolNamed(const client::Catalog& catalog, const std::string& name) {
  for (const ToolSpec& facts : ToolTable()) {
    if (facts.name == name) return {&facts, catalog.Find(facts.resource, facts.method)};
  }
  throw std::runtime_error("no such tool: " + name);
}

// The structured content; a failed test where it is none, or differs from its twin in the text.
inline Json Structured(const ToolResult& result) {
  EXPECT_FALSE(result.is_error) << result.content.at(0).text;
  Json json = Json::parse(result.structured, nullptr, false);
  EXPECT_TRUE(json.is_object()) << result.structured;
  return json;
}

// The only block of a result with is_error.
inline std::string ErrorText(const ToolResult& result) {
  EXPECT_TRUE(result.is_error);
  EXPECT_TRUE(result.structured.empty());
  EXPECT_EQ(result.content.size(), 1U);
  return result.content.empty() ? std::string() : result.content[0].text;
}

inline size_t TextBytes(const ToolResult& result) {
  size_t bytes = 0;
  for (const Content& block : result.content) bytes += block.text.size();
  return bytes;
}

// {"detections":[...]} of `count` brief detections with ids c:ind:a:<first> and so on.
inline std::string Detections(int first, int count, const std::string& more = "") {
  std::string json = "{\"detections\":[";
  for (int i = first; i < first + count; ++i) {
    json += (i > first ? "," : "") + std::string(R"({"composite_id":"c:ind:a:)") +
            std::to_string(i) + R"(","severity":"SEVERITY_HIGH","display_name":"Suspicious"})";
  }
  return json + "]" + more + "}";
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TOOLS_TOOL_BENCH_H_
