// What is wrong with the arguments of a call, collected into one result that teaches.
#ifndef FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_PROBLEMS_H_
#define FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_PROBLEMS_H_

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/content.h"
#include "mcp/protocol/json.h"
#include "mcp/tools/parameters_list.h"

namespace falcon::mcp {

class Problems {
 public:
  // Both must outlive it.
  Problems(const BoundTool& tool, const std::vector<Parameter>& parameters)
      : tool_(tool), parameters_(parameters) {}

  // `what` without hostile characters.
  void Add(std::string_view name, std::string_view what);
  // An argument that the tool does not have. Answers the parameter that was meant; null: none is
  // near.
  const Parameter* Unknown(const std::string& name);

  // How the argument stands in the corrected call.
  void Correct(const std::string& name, Json value) { example_[name] = std::move(value); }
  void LeaveOut(const std::string& name) { example_.erase(name); }
  bool Corrected(const std::string& name) const { return example_.contains(name); }

  bool any() const { return !lines_.empty(); }
  // One text block: a line for each problem, the known arguments if one was unknown, and the
  // corrected call.
  ToolResult Result() const;

 private:
  const Parameter* MeantBy(const std::string& name) const;
  // Names what the corrected call lost, since it may now match more than was meant.
  std::string Dropped() const;

  const BoundTool& tool_;
  const std::vector<Parameter>& parameters_;
  std::vector<std::string> lines_;
  std::set<std::string> wrong_;
  bool unknown_ = false;
  Json example_ = Json::object();
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_ARGUMENTS_PROBLEMS_H_
