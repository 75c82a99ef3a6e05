// Arguments of prompts, read and judged before anything is asked.
#ifndef FALCON_CLIENT_MCP_PROMPTS_PROMPT_ARGUMENTS_H_
#define FALCON_CLIENT_MCP_PROMPTS_PROMPT_ARGUMENTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace falcon::mcp {

// Texts are empty where they were not given. They hold only what their shapes allow, so they may
// stand in a sentence or in FQL as they are.
struct PromptArguments {
  // Id, or number for people.
  std::string incident;
  // Name, or device id in lower case.
  std::string host;
  // Composite id.
  std::string detection;
  // Words of the enums.
  std::string severity;
  std::string status;
  int days = 0;
};

// An error says which argument is wrong and what would be right.
absl::StatusOr<PromptArguments> ReadPromptArguments(const std::map<std::string, std::string>& given,
                                                    int usual_days);

// The words that `severity` and `status` take.
std::vector<std::string> SeverityWords();
std::vector<std::string> DetectionStatusWords();

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_PROMPT_ARGUMENTS_H_
