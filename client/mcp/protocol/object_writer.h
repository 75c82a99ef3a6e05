// Writes one JSON object as text, member by member.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_OBJECT_WRITER_H_
#define FALCON_CLIENT_MCP_PROTOCOL_OBJECT_WRITER_H_

#include <string>
#include <string_view>

#include "mcp/protocol/json.h"

namespace falcon::mcp {

// Appends JSON text as one line: line ends in it can only stand between its tokens.
inline void AppendOneLine(std::string& out, std::string_view json) {
  const size_t begin = out.size();
  out.append(json);
  for (const char line_end : {'\n', '\r'}) {
    size_t at = begin;
    while ((at = out.find(line_end, at)) != std::string::npos) out[at] = ' ';
  }
}

// Appends to `out`, which outlives it. Names are plain ASCII without quotes.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }

  void String(std::string_view name, std::string_view value) {
    Name(name);
    AppendString(out_, value);
  }
  // Left out where it is empty.
  void Optional(std::string_view name, std::string_view value) {
    if (!value.empty()) String(name, value);
  }
  void Raw(std::string_view name, std::string_view json) {
    Name(name);
    AppendOneLine(out_, json);
  }
  void Bool(std::string_view name, bool value) { Raw(name, value ? "true" : "false"); }
  // The caller appends the value.
  void Name(std::string_view name) {
    if (!first_) out_.push_back(',');
    first_ = false;
    out_.append("\"").append(name).append("\":");
  }
  void End() { out_.push_back('}'); }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_OBJECT_WRITER_H_
