// Builds requests by reflection.
#include "mcp/prompts/question.h"

#include <google/protobuf/message.h>

#include <memory>

#include "messages.h"
#include "naming.h"
#include "text.h"

namespace falcon::mcp {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// False: the field takes no such value.
bool PutText(const FieldDescriptor& field, const std::string& text, Message& message) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (field.enum_type() != nullptr) {
    const auto* word = client::EnumValueNamed(*field.enum_type(), text);
    if (word == nullptr) return false;
    field.is_repeated() ? reflection.AddEnum(&message, &field, word)
                        : reflection.SetEnum(&message, &field, word);
    return true;
  }
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    field.is_repeated() ? reflection.AddString(&message, &field, text)
                        : reflection.SetString(&message, &field, text);
    return true;
  }
  if (field.message_type() == nullptr ||
      client::KindOf(*field.message_type()) != client::MessageKind::kFieldMask) {
    return false;
  }
  Message& mask = *reflection.MutableMessage(&message, &field);
  const FieldDescriptor* paths = mask.GetDescriptor()->FindFieldByName("paths");
  for (const std::string& path : client::Split(text, ',')) {
    mask.GetReflection()->AddString(&mask, paths, path);
  }
  return true;
}

bool Put(const FieldDescriptor& field, const FieldValue& value, Message& message) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    bool all = field.is_repeated();
    for (const std::string& text : *list) all = all && PutText(field, text, message);
    return all;
  }
  if (const auto* text = std::get_if<std::string>(&value)) return PutText(field, *text, message);
  if (const auto* number = std::get_if<int>(&value)) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_INT32) return false;
    message.GetReflection()->SetInt32(&message, &field, *number);
    return true;
  }
  if (field.cpp_type() != FieldDescriptor::CPPTYPE_BOOL) return false;
  message.GetReflection()->SetBool(&message, &field, std::get<bool>(value));
  return true;
}

Reply Failed(const client::Method* method, grpc::StatusCode code, std::string message,
             std::string reason = {}) {
  client::Failure failure;
  failure.code = code;
  failure.message = std::move(message);
  failure.reason = std::move(reason);
  return {method, {nullptr, std::move(failure)}};
}

}  // namespace

Inquiry::Inquiry(const Bridge& bridge, const CallContext& context)
    : bridge_(bridge),
      context_(context),
      deadline_(bridge.now() + absl::Milliseconds(bridge.timeout.count())) {}

Reply Inquiry::AskOne(const Question& question) const {
  const client::Method* method = bridge_.catalog.Find(question.noun, question.verb);
  if (method == nullptr) {
    return Failed(nullptr, grpc::StatusCode::UNIMPLEMENTED, "The bridge knows no such call.");
  }
  const google::protobuf::Descriptor& type = *method->descriptor->input_type();
  const std::unique_ptr<Message> request = bridge_.catalog.NewMessage(type);
  for (const auto& [name, value] : question.fields) {
    const client::ParameterPath path = client::FindParameter(type, name);
    if (path.empty() || !Put(*path.back(), value, client::MutableHolder(path, *request))) {
      return Failed(method, grpc::StatusCode::INTERNAL,
                    StrCat("The bridge cannot ask for ", name, "."));
    }
  }
  if (stopped()) return Failed(method, grpc::StatusCode::CANCELLED, "", "CANCELLED");
  const absl::Duration left = deadline_ - bridge_.now();
  if (left <= absl::ZeroDuration()) {
    return Failed(method, grpc::StatusCode::DEADLINE_EXCEEDED, "", "DEADLINE_EXCEEDED");
  }
  client::CallSettings settings;
  settings.timeout = absl::ToChronoMilliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  settings.stop = context_.stop;
  return {method, bridge_.gateway.Unary(*method, *request, settings)};
}

std::vector<Reply> Inquiry::Ask(const std::vector<Question>& questions) const {
  std::vector<Reply> replies(questions.size());
  const auto ask = [&](size_t i) { replies[i] = AskOne(questions[i]); };
  if (bridge_.workers != nullptr) {
    bridge_.workers->Spread(questions.size(), ask);
  } else {
    for (size_t i = 0; i < questions.size(); ++i) ask(i);
  }
  return replies;
}

}  // namespace falcon::mcp
