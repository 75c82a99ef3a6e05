// Varints and length-prefixed text by protobuf's coded streams, in one fixed order behind a version
// byte.
#include "upstream/paging/cursor_codec.h"

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace falcon::upstream {
namespace {

using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr uint32_t kVersion = 2;
constexpr int64_t kMaxIssued = 9'000'000'000'000;  // in 2255; nanoseconds end soon after

void WriteText(std::string_view text, CodedOutputStream& out) {
  out.WriteVarint64(text.size());
  out.WriteRaw(text.data(), static_cast<int>(text.size()));
}

bool ReadText(CodedInputStream& in, std::string& text) {
  uint32_t size = 0;
  return in.ReadVarint32(&size) && size <= static_cast<uint32_t>(in.BytesUntilLimit()) &&
         in.ReadString(&text, static_cast<int>(size));
}

bool ReadInteger(CodedInputStream& in, int64_t& value) {
  uint64_t bits = 0;
  if (!in.ReadVarint64(&bits)) return false;
  value = static_cast<int64_t>(bits);
  return true;
}

bool ReadSeen(CodedInputStream& in, std::vector<uint64_t>& seen) {
  uint32_t count = 0;
  if (!in.ReadVarint32(&count)) return false;
  if (count > static_cast<uint32_t>(in.BytesUntilLimit()) / sizeof(uint64_t)) return false;
  seen.resize(count);
  for (uint64_t& hash : seen) {
    if (!in.ReadLittleEndian64(&hash)) return false;
  }
  return true;
}

}  // namespace

std::string EncodeCursor(const Cursor& cursor) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream sink(&bytes);
    CodedOutputStream out(&sink);
    out.WriteVarint32(kVersion);
    WriteText(cursor.upstream, out);
    out.WriteVarint64(static_cast<uint64_t>(cursor.offset));
    WriteText(cursor.filter, out);
    WriteText(cursor.anchor, out);
    WriteText(cursor.seek_value, out);
    out.WriteVarint64(cursor.seen.size());
    for (const uint64_t hash : cursor.seen) out.WriteLittleEndian64(hash);
    out.WriteVarint64(static_cast<uint64_t>(cursor.sent));
    out.WriteVarint64(static_cast<uint64_t>(cursor.dropped));
    out.WriteVarint32(cursor.total.has_value() ? 1 : 0);
    out.WriteVarint64(static_cast<uint64_t>(cursor.total.value_or(0)));
    const auto issued =
        std::chrono::duration_cast<milliseconds>(cursor.issued.time_since_epoch()).count();
    out.WriteVarint64(static_cast<uint64_t>(issued));
    out.WriteVarint64(static_cast<uint64_t>(cursor.pages));
    out.WriteLittleEndian64(cursor.mark);
    out.WriteVarint64(static_cast<uint64_t>(cursor.skip));
    out.WriteLittleEndian64(cursor.skip_mark);
  }
  return bytes;
}

std::optional<Cursor> DecodeCursor(std::string_view bytes) {
  CodedInputStream in(reinterpret_cast<const uint8_t*>(bytes.data()),
                      static_cast<int>(bytes.size()));
  in.PushLimit(static_cast<int>(bytes.size()));
  Cursor cursor;
  uint32_t version = 0;
  uint32_t has_total = 0;
  int64_t total = 0;
  int64_t issued = 0;
  const bool read = in.ReadVarint32(&version) && version == kVersion &&
                    ReadText(in, cursor.upstream) && ReadInteger(in, cursor.offset) &&
                    ReadText(in, cursor.filter) && ReadText(in, cursor.anchor) &&
                    ReadText(in, cursor.seek_value) && ReadSeen(in, cursor.seen) &&
                    ReadInteger(in, cursor.sent) && ReadInteger(in, cursor.dropped) &&
                    in.ReadVarint32(&has_total) && ReadInteger(in, total) &&
                    ReadInteger(in, issued) && ReadInteger(in, cursor.pages) &&
                    in.ReadLittleEndian64(&cursor.mark) && ReadInteger(in, cursor.skip) &&
                    in.ReadLittleEndian64(&cursor.skip_mark) && in.BytesUntilLimit() == 0;
  if (!read || cursor.skip < 0 || issued < 0 || issued > kMaxIssued) return std::nullopt;
  if (has_total != 0) cursor.total = total;
  cursor.issued = WallTime(milliseconds(issued));
  return cursor;
}

}  // namespace falcon::upstream
