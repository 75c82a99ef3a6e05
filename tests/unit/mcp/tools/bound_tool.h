// A tool of the table by its name, for tests.
#ifndef FALCON_TESTS_UNIT_MCP_TOOLS_BOUND_TOOL_H_
#define FALCON_TESTS_UNIT_MCP_TOOLS_BOUND_TOOL_H_

#include <stdexcept>
#include <string>

#include "catalog.h"
#include "mcp/tools/tool_list.h"

namespace falcon::mcp {

inline BoundTool BoundToolNamed(const client::Catalog& catalog, const std::string& name) {
  for (const ToolFacts& facts : ToolTable()) {
    if (facts.name == name) return {&facts, catalog.Find(facts.noun, facts.verb)};
  }
  throw std::runtime_error("no such tool: " + name);
}

}  // namespace falcon::mcp

#endif  // FALCON_TESTS_UNIT_MCP_TOOLS_BOUND_TOOL_H_
