// Text from Falcon as it is shown to a model: no hostile character left, nothing lost, long texts
// cut and counted.
#ifndef FALCON_CLIENT_MCP_TOOLS_SHOWN_TEXT_H_
#define FALCON_CLIENT_MCP_TOOLS_SHOWN_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace falcon::mcp {

enum class Place { kPlain, kJsonString };

// Appends a text bit by bit. Hostile characters (see client/terminal_text.h) stand as \u{XXXX},
// bytes that are not UTF-8 as \x{XX}; so do a backslash that would read as such a mark, and the <
// of a boundary's tag. So the text can be read back, and no text can pretend to be a mark. In a
// JSON string, quotes and backslashes are escaped on top of that.
class ShownText {
 public:
  // Appends at most `bytes` to `out`, which must outlive it; where that is too few for an ellipsis,
  // the ellipsis.
  ShownText(std::string& out, size_t bytes, Place place);

  // What comes now is cut off.
  bool full() const { return out_.size() > most_; }

  // Appends the character at `at`; returns how many bytes of `text` it took.
  size_t AppendCharacter(std::string_view text, size_t at);
  // The same for a run of characters that stay as they are, if one begins there; up to `end`.
  size_t AppendRun(std::string_view text, size_t at, size_t end);
  // Appends our own clean text, which is never cut in the middle.
  void AppendWhole(std::string_view clean);

  // Cuts what is too long, and says so by a mark with the text's size. Returns whether it did.
  bool Finish(size_t text_bytes);

 private:
  void AppendMark(char kind, char32_t value);

  std::string& out_;
  const size_t most_;
  // Up to here, a mark of a cut fits behind the text.
  const size_t room_;
  const bool json_;
  // The last place where the text may be cut, at most room_.
  size_t kept_;
};

// Appends a whole text; the quotes of a JSON string are the caller's. Returns whether it was cut.
bool AppendShown(std::string& out, std::string_view text, size_t bytes, Place place);

// Whether `text` goes on like a boundary's tag at `at`, a <.
bool IsBoundaryTag(std::string_view text, size_t at);

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TOOLS_SHOWN_TEXT_H_
