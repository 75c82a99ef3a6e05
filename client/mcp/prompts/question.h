// Questions to the gateway, made from names of fields and their values, and asked at once.
#ifndef FALCON_CLIENT_MCP_PROMPTS_QUESTION_H_
#define FALCON_CLIENT_MCP_PROMPTS_QUESTION_H_

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "gateway.h"
#include "mcp/protocol/server_definition.h"
#include "mcp/tools/bridge.h"

namespace falcon::mcp {

// Words for enums, "id,device.hostname" for masks; a list for repeated fields.
using FieldValue = std::variant<std::string, std::vector<std::string>, int, bool>;

struct Question {
  // Of the catalog: "detections", "list".
  std::string noun;
  std::string verb;
  std::vector<std::pair<std::string, FieldValue>> fields;
};

// `method` is null where the catalog has none such; then `answer` failed.
struct Reply {
  const client::Method* method = nullptr;
  client::Answer answer;
};

// Asks in rounds, all of them within the bridge's timeout together.
class Inquiry {
 public:
  // Both must outlive it. Time counts from here.
  Inquiry(const Bridge& bridge, const CallContext& context);

  // At once, as far as the bridge's workers are free; in the questions' order.
  // Once the client wants no answer any more, replies are failures.
  std::vector<Reply> Ask(const std::vector<Question>& questions) const;

  bool stopped() const { return context_.stop.stop_requested(); }
  const Bridge& bridge() const { return bridge_; }

 private:
  Reply AskOne(const Question& question) const;

  const Bridge& bridge_;
  const CallContext& context_;
  const absl::Time deadline_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_QUESTION_H_
