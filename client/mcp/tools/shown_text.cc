// One pass over the text: runs of plain bytes are copied, all else is looked at.
#include "mcp/tools/shown_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "text.h"

namespace falcon::mcp {
namespace {

constexpr std::string_view kEllipsis = "…";
// "… (cut: 18,344 bytes in all)", up to a million million bytes.
constexpr size_t kMarkBytes = 48;
// Below that, an ellipsis must do.
constexpr size_t kLeastMarked = 64;

constexpr std::string_view kTagName = "falcon-data";

// What stays as it is wherever it stands.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < 0x7F; ++byte) plain[byte] = true;
  plain['"'] = plain['\\'] = plain['<'] = false;
  return plain;
}();

size_t MarkBytes(size_t bytes) { return bytes < kLeastMarked ? kEllipsis.size() : kMarkBytes; }

// Whether the backslash at `at` would read as the start of a mark.
bool ReadsAsMark(std::string_view text, size_t at) {
  const std::string_view next = text.substr(at + 1, 2);
  return next == "u{" || next == "x{";
}

}  // namespace

bool IsBoundaryTag(std::string_view text, size_t at) {
  ++at;
  if (at < text.size() && text[at] == '/') ++at;
  return text.size() - at >= kTagName.size() && Lower(text.substr(at, kTagName.size())) == kTagName;
}

ShownText::ShownText(std::string& out, size_t bytes, Place place)
    : out_(out),
      most_(out.size() + std::min(bytes, SIZE_MAX / 2)),
      room_(most_ - std::min(bytes, MarkBytes(bytes))),
      json_(place == Place::kJsonString),
      kept_(out.size()) {}

void ShownText::AppendWhole(std::string_view clean) {
  if (out_.size() <= room_) kept_ = out_.size();
  out_.append(clean);
}

void ShownText::AppendMark(char kind, char32_t value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::array<char, 16> mark;
  auto at = mark.end();
  *--at = '}';
  size_t digits = kind == 'x' ? 2 : 4;
  for (; value != 0 || digits > 0; value >>= 4) {
    *--at = kDigits[value & 0xF];
    if (digits > 0) --digits;
  }
  *--at = '{';
  *--at = kind;
  *--at = '\\';
  if (json_) *--at = '\\';
  AppendWhole(std::string_view(&*at, static_cast<size_t>(mark.end() - at)));
}

size_t ShownText::AppendCharacter(std::string_view text, size_t at) {
  const char first = text[at];
  const CodePoint point = DecodeAt(text, at);
  if (!point.valid) {
    AppendMark('x', point.value);
  } else if (IsHostile(point.value) || (first == '<' && IsBoundaryTag(text, at)) ||
             (first == '\\' && ReadsAsMark(text, at))) {
    AppendMark('u', point.value);
  } else if (json_ && first == '"') {
    AppendWhole("\\\"");
  } else if (json_ && first == '\\') {
    AppendWhole("\\\\");
  } else {
    AppendWhole(text.substr(at, point.bytes));
  }
  return point.bytes;
}

size_t ShownText::AppendRun(std::string_view text, size_t at, size_t end) {
  size_t run = 0;
  while (at + run < end && kPlain[static_cast<unsigned char>(text[at + run])]) ++run;
  if (run == 0) return AppendCharacter(text, at);
  const size_t length = full() ? 0 : std::min(run, most_ - out_.size() + 1);
  const size_t before = out_.size();
  out_.append(text.data() + at, length);
  if (before <= room_) kept_ = std::min(out_.size(), room_);
  return run;
}

bool ShownText::Finish(size_t text_bytes) {
  if (!full()) return false;
  out_.resize(kept_);
  out_.append(kEllipsis);
  if (most_ - room_ == kMarkBytes) {
    out_.append(
        StrCat(" (cut: ", client::Grouped(static_cast<int64_t>(text_bytes)), " bytes in all)"));
  }
  return true;
}

bool AppendShown(std::string& out, std::string_view text, size_t bytes, Place place) {
  ShownText shown(out, bytes, place);
  for (size_t at = 0; at < text.size() && !shown.full();) {
    at += shown.AppendRun(text, at, text.size());
  }
  return shown.Finish(text.size());
}

}  // namespace falcon::mcp
