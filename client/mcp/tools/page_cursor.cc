// Cursor text: base64url of a few numbers and texts, a dot, the gateway's token as it is.
#include "mcp/tools/page_cursor.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <memory>
#include <vector>

#include "absl/strings/escaping.h"
#include "messages.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;

constexpr uint32_t kFormat = 1;
// What the gateway takes for a page at most.
constexpr uint32_t kMaxPage = 1000;
constexpr uint32_t kMaxText = 4096;

void WriteText(CodedOutputStream& out, const std::string& text) {
  out.WriteVarint32(static_cast<uint32_t>(text.size()));
  out.WriteString(text);
}

bool ReadText(CodedInputStream& in, std::string& text) {
  uint32_t size = 0;
  return in.ReadVarint32(&size) && size <= kMaxText && in.ReadString(&text, static_cast<int>(size));
}

bool ReadHead(CodedInputStream& in, PageCursor& cursor) {
  uint32_t format = 0;
  uint32_t page_size = 0;
  uint32_t shown = 0;
  uint64_t before = 0;
  if (!in.ReadVarint32(&format) || format != kFormat || !in.ReadVarint32(&page_size) ||
      !in.ReadVarint32(&shown) || !in.ReadVarint64(&before) ||
      !in.ReadLittleEndian64(&cursor.fingerprint) || !ReadText(in, cursor.last_id) ||
      !ReadText(in, cursor.intervals)) {
    return false;
  }
  if (page_size > kMaxPage || shown > page_size || before > (uint64_t{1} << 40)) return false;
  cursor.page_size = static_cast<int>(page_size);
  cursor.shown = static_cast<int>(shown);
  cursor.before = static_cast<int64_t>(before);
  return in.ExpectAtEnd();
}

// Visits each interval that the filter of `request` holds.
template <class Visit>
void ForEachInterval(const Message& request, const Visit& visit) {
  const FieldDescriptor* filter = request.GetDescriptor()->FindFieldByName("filter");
  if (filter == nullptr || !request.GetReflection()->HasField(request, filter)) return;
  const Message& fields = request.GetReflection()->GetMessage(request, filter);
  std::vector<const FieldDescriptor*> set;
  fields.GetReflection()->ListFields(fields, &set);
  for (const FieldDescriptor* field : set) {
    const bool interval = field->message_type() != nullptr && !field->is_repeated() &&
                          field->message_type()->full_name() == "falcon_gateway.v1.TimeRange";
    if (interval) visit({filter, field});
  }
}

const Message& IntervalAt(const client::ParameterPath& path, const Message& request) {
  return client::MessageAt(*client::HolderOf(path, request), *path.back(), -1);
}

Message& MutableInterval(const client::ParameterPath& path, Message& request) {
  Message& filter = client::MutableHolder(path, request);
  return *filter.GetReflection()->MutableMessage(&filter, path.back());
}

}  // namespace

std::string CursorText(const PageCursor& cursor) {
  std::string head;
  {
    google::protobuf::io::StringOutputStream sink(&head);
    CodedOutputStream out(&sink);
    out.WriteVarint32(kFormat);
    out.WriteVarint32(static_cast<uint32_t>(cursor.page_size));
    out.WriteVarint32(static_cast<uint32_t>(cursor.shown));
    out.WriteVarint64(static_cast<uint64_t>(cursor.before));
    out.WriteLittleEndian64(cursor.fingerprint);
    WriteText(out, cursor.last_id);
    WriteText(out, cursor.intervals);
  }
  return std::string(absl::WebSafeBase64Escape(head)) + "." + cursor.page_token;
}

std::optional<PageCursor> ReadCursor(std::string_view text) {
  const size_t dot = text.find('.');
  std::string head;
  if (dot == std::string_view::npos ||
      !absl::WebSafeBase64Unescape(absl::string_view(text.data(), dot), &head)) {
    return std::nullopt;
  }
  PageCursor cursor;
  CodedInputStream in(reinterpret_cast<const uint8_t*>(head.data()), static_cast<int>(head.size()));
  if (!ReadHead(in, cursor)) return std::nullopt;
  cursor.page_token = text.substr(dot + 1);
  return cursor;
}

std::string IntervalsOf(const Message& request) {
  const std::unique_ptr<Message> kept(request.New());
  ForEachInterval(request, [&](const client::ParameterPath& path) {
    MutableInterval(path, *kept).CopyFrom(IntervalAt(path, request));
  });
  return kept->SerializeAsString();
}

void RestoreIntervals(const std::string& intervals, Message& request) {
  const std::unique_ptr<Message> kept(request.New());
  if (!kept->ParseFromString(intervals)) return;
  ForEachInterval(request, [&](const client::ParameterPath& path) {
    const Message* filter = client::HolderOf(path, *kept);
    if (filter == nullptr || !filter->GetReflection()->HasField(*filter, path.back())) return;
    MutableInterval(path, request).CopyFrom(IntervalAt(path, *kept));
  });
}

}  // namespace falcon::mcp
