// One part of a prompt as JSON, and a line that says how complete it is.
#ifndef FALCON_CLIENT_MCP_PROMPTS_SHOWN_PART_H_
#define FALCON_CLIENT_MCP_PROMPTS_SHOWN_PART_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "mcp/tools/answer.h"

namespace falcon::mcp {

// An answer that can be shown several times, within less and less.
class ShownPart {
 public:
  // `hidden`: path of what is not shown, or empty.
  ShownPart(const client::Method& method, std::unique_ptr<google::protobuf::Message> answer,
            const std::string& hidden);

  // Falcon answered, and there is nothing.
  bool empty() const;

  // {"detections":[...],"returned":15,"total":15,"truncated":false}. Whole records only; at least
  // kLeastPartBytes are taken.
  void ShowWithin(size_t bytes);
  const std::string& json() const { return json_; }

  // Behind the part's title, up to its last full stop: "15 of 812 records in falcon://...".
  std::string Line(const std::string& uri) const;

 private:
  bool list() const { return field_ != nullptr && field_->is_repeated(); }
  int size() const;
  int missing() const;

  const client::Method& method_;
  AnswerParts parts_;
  // Null: the answer is shown as a whole.
  const google::protobuf::FieldDescriptor* field_;
  std::string json_;
  int shown_ = 0;
  bool cut_ = false;
};

inline constexpr size_t kLeastPartBytes = 1536;

// Divides `room` by weights among parts of these sizes: what one does not need goes to the others.
std::vector<size_t> Shares(const std::vector<size_t>& sizes, const std::vector<int>& weights,
                           size_t room);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROMPTS_SHOWN_PART_H_
