// Labels by the names of fields.
#include "mcp/tools/card_label.h"

#include <algorithm>
#include <array>

#include "mcp/tools/record_writer.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;

struct Sign {
  std::string_view word;
  std::string_view sign;
};

// The first that a name holds counts. None has a variation selector, which would be hostile.
constexpr std::array<Sign, 35> kSigns = {{
    {"tactic", "🎯"},   {"tactics", "🎯"},  {"technique", "🎯"},   {"techniques", "🎯"},
    {"cmdline", "💻"},  {"command", "💻"},  {"commands", "💻"},    {"hostname", "🖥"},
    {"host", "🖥"},     {"hosts", "🖥"},    {"user", "👤"},        {"users", "👤"},
    {"username", "👤"}, {"account", "👤"},  {"sha256", "🔑"},      {"sha1", "🔑"},
    {"md5", "🔑"},      {"hash", "🔑"},     {"ip", "🌐"},          {"url", "🌐"},
    {"domain", "🌐"},   {"address", "🌐"},  {"indicator", "🌐"},   {"status", "📌"},
    {"state", "📌"},    {"filename", "📄"}, {"filepath", "📄"},    {"file", "📄"},
    {"files", "📄"},    {"path", "📄"},     {"description", "📝"}, {"id", "🆔"},
    {"ids", "🆔"},      {"aid", "🆔"},      {"cid", "🆔"},
}};

constexpr std::array<std::string_view, 14> kCapitals = {
    "id", "ids", "ip", "os", "cve", "url", "mac", "md5", "aid", "cid", "sha1", "kev", "cisa", "ou"};

bool IsInstant(const FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         client::KindOf(*field.message_type()) == client::MessageKind::kTimestamp;
}

// Without what the value says by itself.
std::string ShortName(const FieldDescriptor& field) {
  std::string name = field.name();
  const auto cut = [&](std::string_view tail) {
    if (name.ends_with(tail)) name.resize(name.size() - tail.size());
  };
  if (IsInstant(field)) cut("_timestamp");
  if (field.enum_type() != nullptr) cut("_name");
  cut("_desc");
  return name;
}

// Whether a field's name needs no help of the message that it is in: "cisa_info.is_cisa_kev".
bool SaysItself(const FieldDescriptor& parent, const FieldDescriptor& field) {
  if (field.name() == "hostname" &&
      (parent.name() == "device" || parent.name() == "host" || parent.name() == "host_info")) {
    return true;
  }
  const std::vector<std::string> words = client::Split(field.name(), '_');
  const std::string first = parent.name().substr(0, parent.name().find('_'));
  return std::find(words.begin(), words.end(), first) != words.end();
}

}  // namespace

std::string_view SignOf(const FieldDescriptor& field) {
  if (IsInstant(field)) return "🕒";
  const std::vector<std::string> words = client::Split(field.name(), '_');
  for (const Sign& sign : kSigns) {
    if (std::find(words.begin(), words.end(), sign.word) != words.end()) return sign.sign;
  }
  return {};
}

std::string WordsOf(const FieldDescriptor& field) {
  std::vector<std::string> words = client::Split(ShortName(field), '_');
  for (std::string& word : words) {
    const bool capitals = std::find(kCapitals.begin(), kCapitals.end(), word) != kCapitals.end();
    if (capitals) word = word == "ids" ? "IDs" : client::Upper(word);
  }
  return client::Join(words, " ");
}

std::string LabelOf(const FieldPath& path) {
  const FieldDescriptor& field = *path.back();
  std::string label =
      path.size() == 1 && &field == IdFieldOf(*field.containing_type()) ? "ID" : WordsOf(field);
  size_t parent = path.size() - 1;
  // A list inside a message of its own: the message has the name.
  while (parent > 0 && path[parent - 1]->name() == "records") --parent;
  if (parent > 0 && !SaysItself(*path[parent - 1], field)) {
    label = StrCat(WordsOf(*path[parent - 1]), " ", label);
  }
  label[0] = client::Upper(label.substr(0, 1))[0];
  return label;
}

}  // namespace falcon::mcp
