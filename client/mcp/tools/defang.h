// Makes URLs harmless in text: what was a link is none any more, and still reads as one.
#ifndef FALCON_CLIENT_MCP_TOOLS_DEFANG_H_
#define FALCON_CLIENT_MCP_TOOLS_DEFANG_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace falcon::mcp {

// Walks a text from its start to its end. http, https and ftp become hxxp, hxxps and fxp; other
// schemes that open programs lose their colon ("ssh[:]//", "mailto[:]", "javascript[:]"); dots of
// the host behind any of them, behind // and behind www. become [.]. Addresses and domains that
// stand by themselves, and paths, stay.
class Defanger {
 public:
  // Puts what should stand for the next bytes of `text` into `instead`, ASCII without backslashes,
  // and returns how many bytes those are. 0: the character at `at` stays.
  size_t At(std::string_view text, size_t at, std::string& instead);

  // Where the next character may be that At must see: from `at` to there, all stay.
  size_t Next(std::string_view text, size_t at) const;

 private:
  bool in_host_ = false;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_DEFANG_H_
