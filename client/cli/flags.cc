// Flags from descriptors.
#include "cli/flags.h"

#include <algorithm>
#include <map>

#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

using Path = std::vector<const FieldDescriptor*>;

FlagKind KindOfField(const FieldDescriptor& field) {
  if (field.message_type() != nullptr) {
    const MessageKind kind = client::KindOf(*field.message_type());
    if (kind == MessageKind::kTimestamp && !field.is_repeated()) return FlagKind::kInstant;
    if (kind == MessageKind::kDuration && !field.is_repeated()) return FlagKind::kSpan;
    if (kind == MessageKind::kFieldMask && !field.is_repeated()) return FlagKind::kFields;
    return FlagKind::kJson;
  }
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return FlagKind::kEnum;
    case FieldDescriptor::CPPTYPE_BOOL:
      return field.is_repeated() ? FlagKind::kText : FlagKind::kSwitch;
    case FieldDescriptor::CPPTYPE_STRING:
      return FlagKind::kText;
    default:
      return FlagKind::kNumber;
  }
}

bool IsTimeRange(const Descriptor& type) {
  return type.full_name() == "falcon_gateway.v1.TimeRange";
}

Flag InstantFlag(const FieldDescriptor& range, const FieldDescriptor& end, const Path& path) {
  const bool is_start = end.name() == "start";
  const std::string word = is_start ? "after" : "before";
  const std::string name = range.name() == "time" ? word : StrCat(FlagNameOf(range), "-", word);
  const std::string bound = is_start ? " Inclusive." : " Exclusive.";
  return {
      .name = name,
      .kind = FlagKind::kInstant,
      .path = path,
      .help = StrCat(CommentOf(range), bound,
                     " RFC 3339 or a date, in UTC without a zone; or a time before now: 7d, 24h.")};
}

Flag PlainFlag(const FieldDescriptor& field, const Path& path) {
  Flag flag{.name = FlagNameOf(field),
            .kind = KindOfField(field),
            .path = path,
            .help = CommentOf(field)};
  if (flag.kind == FlagKind::kEnum) {
    flag.help = StrCat(flag.help, " One of: ", Join(EnumWords(*field.enum_type()), ", "), ".");
  }
  if (flag.kind == FlagKind::kFields) {
    if (field.name() == "read_mask") flag.name = "fields";
    flag.help.append(" Separate several by commas: hostname,device.hostname.");
  }
  if (field.is_repeated() && flag.kind != FlagKind::kJson) {
    flag.help.append(" Separate several by commas, or repeat the flag.");
  }
  return flag;
}

// A choice of two: --unchecked. Nothing to say where there is no filter.
bool IsFilterCheck(const FieldDescriptor& field) {
  return field.full_name() == "falcon_gateway.v1.ReadOptions.filter_check";
}

Flag UncheckedFlag(const Path& path) {
  return {.name = "unchecked",
          .kind = FlagKind::kSwitch,
          .path = path,
          .help =
              "Send the filter to Falcon with its unknown fields and values. Only its syntax is "
              "checked."};
}

// Messages below this depth are given as JSON.
constexpr size_t kMaxDepth = 3;

void AddFlags(const Descriptor& type, const Path& parent, std::vector<Flag>& out) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    Path path = parent;
    path.push_back(&field);
    const bool plain_message = field.message_type() != nullptr && !field.is_repeated() &&
                               client::KindOf(*field.message_type()) == MessageKind::kOther;
    if (plain_message && IsTimeRange(*field.message_type())) {
      for (int j = 0; j < field.message_type()->field_count(); ++j) {
        Path end = path;
        end.push_back(field.message_type()->field(j));
        out.push_back(InstantFlag(field, *end.back(), end));
      }
    } else if (plain_message && path.size() < kMaxDepth) {
      AddFlags(*field.message_type(), path, out);
    } else if (IsFilterCheck(field)) {
      const Descriptor& request = *path.front()->containing_type();
      if (request.FindFieldByName("filter") != nullptr) out.push_back(UncheckedFlag(path));
    } else if (field.name() == "validate_only") {
      continue;  // --explain
    } else {
      out.push_back(PlainFlag(field, path));
    }
  }
}

// "RECORD_VIEW_FULL" -> "full"; what is no value of a flag stays as it is.
std::string EnumWordOf(const std::vector<Flag>& flags, std::string_view name) {
  for (const Flag& flag : flags) {
    if (flag.kind != FlagKind::kEnum) continue;
    const auto* value = flag.field().enum_type()->FindValueByName(std::string(name));
    if (value != nullptr) return EnumWord(*value);
  }
  return std::string(name);
}

std::string InEnumWords(const std::vector<Flag>& flags, std::string_view text) {
  constexpr std::string_view kName = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  std::string out;
  while (!text.empty()) {
    const size_t other = std::min(text.find_first_of(kName), text.size());
    out.append(text.substr(0, other));
    text.remove_prefix(other);
    const std::string_view name = text.substr(0, text.find_first_not_of(kName));
    const bool several_words = name.find('_') != std::string_view::npos;
    out.append(several_words ? EnumWordOf(flags, name) : std::string(name));
    text.remove_prefix(name.size());
  }
  return out;
}

}  // namespace

std::string Flag::ValueHint() const {
  // In the order of FlagKind.
  constexpr const char* kHints[] = {"TEXT", "NUMBER", "", "WORD", "TIME", "SPAN", "FIELDS", "JSON"};
  return kHints[static_cast<size_t>(kind)];
}

std::vector<Flag> FlagsOf(const Method& method, bool with_help) {
  std::vector<Flag> flags;
  AddFlags(*method.descriptor->input_type(), {}, flags);
  for (Flag& flag : flags) flag.help = with_help ? InFlagTerms(flags, flag.help) : std::string();
  return flags;
}

std::string FlagFor(const std::vector<Flag>& flags, std::string_view request_path) {
  std::string wanted;
  bool inside = false;
  for (const char c : request_path) {
    inside = inside ? c != ']' : c == '[';
    if (!inside && c != ']') wanted.push_back(c);
  }
  for (const Flag& flag : flags) {
    std::vector<std::string> names;
    names.reserve(flag.path.size());
    for (const FieldDescriptor* field : flag.path) names.push_back(field->name());
    if (Join(names, ".") == wanted) return "--" + flag.name;
    // A TimeRange is two flags.
    names.pop_back();
    const bool range = IsTimeRange(*flag.path.back()->containing_type());
    if (range && Join(names, ".") == wanted) return "--" + flag.name;
  }
  return std::string(request_path);
}

std::string InFlagTerms(const std::vector<Flag>& flags, std::string_view text) {
  std::string out;
  while (true) {
    const size_t open = text.find('`');
    const size_t close = open == text.npos ? open : text.find('`', open + 1);
    if (close == text.npos) return out.append(InEnumWords(flags, text));
    const std::string_view quoted = text.substr(open + 1, close - open - 1);
    const std::string flag = FlagFor(flags, quoted);
    out.append(InEnumWords(flags, text.substr(0, open)));
    out.append(flag == quoted ? StrCat("`", quoted, "`") : flag);
    text.remove_prefix(close + 1);
  }
}

const Flag* PositionalOf(const Method& method, const std::vector<Flag>& flags) {
  if (method.shape.pages() || method.descriptor->server_streaming()) return nullptr;
  if (flags.empty() || flags[0].kind != FlagKind::kText) return nullptr;
  return flags[0].path.size() == 1 && flags[0].field().number() == 1 ? flags.data() : nullptr;
}

std::string NameFlagOf(const Flag& positional, const std::vector<Flag>& flags) {
  const auto* choice = positional.field().real_containing_oneof();
  if (choice == nullptr || !IsDeviceIdField(positional.field())) return {};
  const auto found = std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) {
    return flag.name != positional.name && flag.field().real_containing_oneof() == choice;
  });
  return found == flags.end() ? std::string() : found->name;
}

std::vector<OwnFlag> GlobalFlags() {
  return {
      {"context", "NAME",
       "A named gateway of ~/.config/fgctl/config.yaml. Default: FALCON_GATEWAY_CONTEXT, else the "
       "context in use. Flags and variables win over it: see `fgctl config --help`."},
      {"address", "HOST:PORT",
       "The gateway. Default: FALCON_GATEWAY_ADDRESS, else 127.0.0.1:50051."},
      {"tls", "", "Use TLS. Implied by each of the next three flags."},
      {"ca-file", "FILE",
       "PEM file of the authorities to trust. Default: FALCON_GATEWAY_CA_FILE, else the system's."},
      {"cert", "FILE",
       "PEM file of the client certificate, for mutual TLS. Default: FALCON_GATEWAY_CERT_FILE."},
      {"key", "FILE",
       "PEM file of the client certificate's key. Default: FALCON_GATEWAY_KEY_FILE."},
      {"caller", "NAME",
       "Name under which the gateway accounts calls without a client certificate. Default: "
       "FALCON_GATEWAY_CALLER, else fgctl."},
      {"timeout", "SPAN",
       "Timeout of each call: 500ms, 30s, 5m. Default 30s; none for exports and full reads."},
      {"output", "FORMAT",
       "table, wide (any width), json, ndjson (one record per line), yaml, csv or ids. Default: "
       "table "
       "on a terminal, else json."},
      {"explain", "",
       "Show the call as a grpcurl line and the FQL that it sends to Falcon, without calling "
       "Falcon."},
      {"no-color", "", "Print without colors, as with NO_COLOR in the environment."},
  };
}

std::vector<OwnFlag> MethodFlags(const Method& method) {
  if (method.shape.pages()) {
    return {{"all", "", "Read all pages."},
            {"limit", "NUMBER", "Maximum number of rows, read over as many pages as it takes."},
            {"watch", "",
             "Read the list again and again. A table on a terminal is redrawn; elsewhere the lines "
             "that are new or have changed are appended, as ndjson, csv or ids."},
            {"interval", "SPAN", "With --watch: how often. Default 10s, at least 1s."}};
  }
  if (method.descriptor->server_streaming() && method.shape.resume_from != nullptr) {
    return {
        {"retry-for", "SPAN",
         "How long to resume a broken stream without progress. Default 2m; 0s: never."},
        {"retry", "NUMBER", "How often to resume a broken stream without progress."},
        {"resume-file", "FILE",
         "File that keeps the resume token. An export resumes from it if it exists, and removes it "
         "when complete. Append the output with >>. The output is ndjson."},
        {"gzip", "", "Compresses what travels, for a slow network. The output is the same."}};
  }
  return {};
}

}  // namespace falcon::client
