// Words of flags into a request.
#include <google/protobuf/util/json_util.h>

#include <map>
#include <set>

#include "base/error.h"
#include "cli/flags.h"
#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/options/v1/options.pb.h"
#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

absl::Status Wrong(const Flag& flag, std::string_view word, std::string_view what) {
  return absl::InvalidArgumentError(
      StrCat("--", flag.name, ": '", EscapeUnsafe(word), "' is ", what));
}

// By commas, but for those behind a backslash.
std::vector<std::string> SplitValues(std::string_view words) {
  std::vector<std::string> values(1);
  for (size_t i = 0; i < words.size(); ++i) {
    if (words.substr(i).starts_with("\\,")) {
      values.back().push_back(words[++i]);
    } else if (words[i] == ',') {
      values.emplace_back();
    } else {
      values.back().push_back(words[i]);
    }
  }
  return values;
}

// Sets or adds: `Put(string, "abc")` is SetString or AddString as the field is.
#define FALCON_PUT(kind, value)                                        \
  (field.is_repeated() ? reflection.Add##kind(&message, &field, value) \
                       : reflection.Set##kind(&message, &field, value))

absl::Status PutNumber(const Flag& flag, std::string_view word, Message& message) {
  const FieldDescriptor& field = flag.field();
  const Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      if (const auto n = ParseNumber<int32_t>(word)) {
        FALCON_PUT(Int32, *n);
        return absl::OkStatus();
      }
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      if (const auto n = ParseNumber<int64_t>(word)) {
        FALCON_PUT(Int64, *n);
        return absl::OkStatus();
      }
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      if (const auto n = ParseNumber<uint32_t>(word)) {
        FALCON_PUT(UInt32, *n);
        return absl::OkStatus();
      }
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      if (const auto n = ParseNumber<uint64_t>(word)) {
        FALCON_PUT(UInt64, *n);
        return absl::OkStatus();
      }
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      if (const auto n = ParseNumber<float>(word)) {
        FALCON_PUT(Float, *n);
        return absl::OkStatus();
      }
      break;
    default:
      if (const auto n = ParseNumber<double>(word)) {
        FALCON_PUT(Double, *n);
        return absl::OkStatus();
      }
      return Wrong(flag, word, "not a number.");
  }
  return Wrong(flag, word, "not a whole number in the range of the field.");
}

absl::Status PutOneText(const Flag& flag, std::string_view word, Message& message) {
  const FieldDescriptor& field = flag.field();
  const Reflection& reflection = *message.GetReflection();
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return Wrong(flag, word, "not of a type that fgctl can send.");
  }
  for (size_t at = 0; at < word.size();) {
    const CodePoint point = DecodeAt(word, at);
    if (!point.valid) return Wrong(flag, word, "not valid UTF-8.");
    at += point.bytes;
  }
  FALCON_PUT(String, std::string(word));
  return absl::OkStatus();
}

absl::Status PutText(const Flag& flag, std::string_view words, Message& message) {
  if (!flag.field().is_repeated()) return PutOneText(flag, words, message);
  for (const std::string& word : SplitValues(words)) {
    RETURN_IF_ERROR(PutOneText(flag, word, message));
  }
  return absl::OkStatus();
}

absl::Status PutEnum(const Flag& flag, std::string_view words, Message& message) {
  const FieldDescriptor& field = flag.field();
  const Reflection& reflection = *message.GetReflection();
  const std::vector<std::string> parts =
      field.is_repeated() ? Split(words, ',') : std::vector<std::string>{std::string(words)};
  for (const std::string& word : parts) {
    const auto* value = EnumValueNamed(*field.enum_type(), word);
    if (value != nullptr) {
      FALCON_PUT(Enum, value);
      continue;
    }
    const std::vector<std::string> known = EnumWords(*field.enum_type());
    const std::string nearest = Nearest(word, known);
    return Wrong(flag, word,
                 StrCat("not a known value. ",
                        nearest.empty() ? std::string() : StrCat("Did you mean ", nearest, "? "),
                        "Known: ", Join(known, ", "), "."));
  }
  return absl::OkStatus();
}

#undef FALCON_PUT

void PutSecondsAndNanos(int64_t seconds, int64_t nanos, Message& message) {
  const auto& type = *message.GetDescriptor();
  message.GetReflection()->SetInt64(&message, type.FindFieldByNumber(1), seconds);
  message.GetReflection()->SetInt32(&message, type.FindFieldByNumber(2),
                                    static_cast<int32_t>(nanos));
}

absl::Status PutInstant(const Flag& flag, std::string_view word, absl::Time now, Message& message) {
  const std::optional<absl::Time> instant = ParseInstant(word, now);
  if (!instant) {
    return Wrong(flag, word,
                 "not a time. Examples: 2026-05-28T14:00:00Z, 2026-05-28, now, and 7d, 24h, 30m "
                 "(before now).");
  }
  const absl::Time whole = absl::FromUnixSeconds(absl::ToUnixSeconds(*instant));
  Message& target = *message.GetReflection()->MutableMessage(&message, &flag.field());
  PutSecondsAndNanos(absl::ToUnixSeconds(*instant), absl::ToInt64Nanoseconds(*instant - whole),
                     target);
  return absl::OkStatus();
}

absl::Status PutSpan(const Flag& flag, std::string_view word, Message& message) {
  const std::optional<absl::Duration> span = ParseSpan(word);
  if (!span) return Wrong(flag, word, "not a duration. Examples: 500ms, 30s, 5m, 2h, 7d.");
  Message& target = *message.GetReflection()->MutableMessage(&message, &flag.field());
  PutSecondsAndNanos(absl::ToInt64Seconds(*span), absl::ToInt64Nanoseconds(*span) % 1'000'000'000,
                     target);
  return absl::OkStatus();
}

absl::Status PutFields(const Flag& flag, std::string_view word, Message& message) {
  Message& mask = *message.GetReflection()->MutableMessage(&message, &flag.field());
  const FieldDescriptor* paths = mask.GetDescriptor()->FindFieldByNumber(1);
  for (const std::string& path : Split(word, ',')) {
    mask.GetReflection()->AddString(&mask, paths, path);
  }
  return absl::OkStatus();
}

absl::Status PutJson(const Flag& flag, std::string_view word, Message& message) {
  const FieldDescriptor& field = flag.field();
  const Reflection& reflection = *message.GetReflection();
  Message& target = field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                        : *reflection.MutableMessage(&message, &field);
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(word), &target);
  if (status.ok()) return absl::OkStatus();
  return Wrong(flag, word, StrCat("not JSON of a ", field.message_type()->name(), "."));
}

// On an enum, a switch is the choice between its first value and its last.
void PutSwitch(const Flag& flag, bool on, Message& message) {
  const Reflection& reflection = *message.GetReflection();
  const google::protobuf::EnumDescriptor* type = flag.field().enum_type();
  if (type == nullptr) {
    reflection.SetBool(&message, &flag.field(), on);
    return;
  }
  reflection.SetEnum(&message, &flag.field(), type->value(on ? type->value_count() - 1 : 0));
}

absl::Status Put(const Flag& flag, std::string_view word, absl::Time now, Message& message) {
  switch (flag.kind) {
    case FlagKind::kNumber:
      return PutNumber(flag, word, message);
    case FlagKind::kSwitch:
      PutSwitch(flag, word == "true", message);
      return absl::OkStatus();
    case FlagKind::kEnum:
      return PutEnum(flag, word, message);
    case FlagKind::kInstant:
      return PutInstant(flag, word, now, message);
    case FlagKind::kSpan:
      return PutSpan(flag, word, message);
    case FlagKind::kFields:
      return PutFields(flag, word, message);
    case FlagKind::kJson:
      return PutJson(flag, word, message);
    case FlagKind::kText:
      break;
  }
  return PutText(flag, word, message);
}

// A request takes one field of a oneof: the last would undo the others silently.
absl::Status CheckChoices(const std::vector<Flag>& flags, const FlagWords& words) {
  std::map<const google::protobuf::OneofDescriptor*, const Flag*> chosen;
  for (const Flag& flag : flags) {
    if (!words.contains(flag.name)) continue;
    for (size_t i = 0; i < flag.path.size(); ++i) {
      const auto* choice = flag.path[i]->real_containing_oneof();
      if (choice == nullptr) continue;
      const auto [first, only] = chosen.emplace(choice, &flag);
      if (only || first->second->path[i] == flag.path[i]) continue;
      return absl::InvalidArgumentError(
          StrCat("--", first->second->name, " and --", flag.name, " are mutually exclusive."));
    }
  }
  return absl::OkStatus();
}

// Of a oneof, one flag is enough.
absl::Status CheckRequired(const std::vector<Flag>& flags, const FlagWords& words) {
  std::map<const void*, std::vector<std::string>> missing;
  std::set<const void*> given;
  for (const Flag& flag : flags) {
    if (!flag.field().options().GetExtension(options::v1::required)) continue;
    const void* choice = flag.field().real_containing_oneof();
    if (choice == nullptr) choice = &flag;
    missing[choice].push_back("--" + flag.name);
    if (words.contains(flag.name)) given.insert(choice);
  }
  for (const auto& [choice, names] : missing) {
    if (given.contains(choice)) continue;
    return absl::InvalidArgumentError(
        StrCat(names.size() > 1 ? "One of " : "", Join(names, ", "), " is required."));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FillRequest(const std::vector<Flag>& flags, const FlagWords& words, absl::Time now,
                         Message& request) {
  for (const auto& check : {CheckRequired, CheckChoices}) {
    RETURN_IF_ERROR(check(flags, words));
  }
  for (const Flag& flag : flags) {
    const auto given = words.find(flag.name);
    if (given == words.end()) continue;
    const bool several = flag.field().is_repeated() || flag.kind == FlagKind::kFields;
    if (!several && given->second.size() > 1) {
      return absl::InvalidArgumentError(StrCat("--", flag.name, " may be given only once."));
    }
    for (const std::string& word : given->second) {
      RETURN_IF_ERROR(Put(flag, word, now, MutableHolder(flag.path, request)));
    }
  }
  return absl::OkStatus();
}

}  // namespace falcon::client
