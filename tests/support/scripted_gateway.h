// A gateway for tests of its clients. It answers as the test says and records its requests.
#ifndef FALCON_TESTS_SUPPORT_SCRIPTED_GATEWAY_H_
#define FALCON_TESTS_SUPPORT_SCRIPTED_GATEWAY_H_

#include <google/protobuf/text_format.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "catalog.h"
#include "gateway.h"

namespace falcon::client {

// Methods go by their names, such as "ListDetections". Thread-safe.
class ScriptedGateway final : public Gateway {
 public:
  using Message = google::protobuf::Message;
  // Fills in the response, or returns a failure.
  using Reply = std::function<std::optional<Failure>(const Message& request, Message& response)>;

  explicit ScriptedGateway(const Catalog& catalog) : catalog_(catalog) {}

  // The response of a method from now on. A stream sends it once.
  void On(const std::string& method, Reply reply) {
    const std::lock_guard lock(mutex_);
    replies_[method] = {std::move(reply)};
  }
  // The same, from JSON in the protos' own names.
  void Answers(const std::string& method, std::string json) {
    On(method, [json = std::move(json)](const Message&, Message& response) {
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &response).ok()) << json;
      return std::optional<Failure>();
    });
  }
  // A stream of several messages.
  void Streams(const std::string& method, std::vector<Reply> replies) {
    const std::lock_guard lock(mutex_);
    replies_[method] = std::move(replies);
  }
  void Fails(const std::string& method, Failure failure) {
    On(method,
       [failure = std::move(failure)](const Message&, Message&) { return std::optional(failure); });
  }

  // The requests so far, each as the method's name and a text proto on one line: "GetHost hostname:
  // \"A\" ".
  std::vector<std::string> Asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

  Answer Unary(const Method& method, const Message& request, const CallSettings&) override {
    const std::vector<Reply> replies = Take(method, request);
    if (replies.empty()) return {nullptr, Unknown(method)};
    Answer answer{catalog_.NewMessage(*method.descriptor->output_type()), std::nullopt};
    answer.failure = replies.front()(request, *answer.message);
    if (answer.failure) answer.message.reset();
    return answer;
  }

  std::optional<Failure> Stream(const Method& method, const Message& request,
                                const CallSettings& settings,
                                const std::function<bool(const Message&)>& on_message) override {
    const std::vector<Reply> replies = Take(method, request);
    if (replies.empty()) return Unknown(method);
    for (const Reply& reply : replies) {
      if (settings.stop.stop_requested()) return Cancelled();
      const auto message = catalog_.NewMessage(*method.descriptor->output_type());
      if (std::optional<Failure> failure = reply(request, *message)) return failure;
      if (!on_message(*message)) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  static Failure Unknown(const Method& method) {
    Failure failure;
    failure.code = grpc::StatusCode::UNIMPLEMENTED;
    failure.message = "The test says nothing of " + method.descriptor->name() + ".";
    return failure;
  }
  static Failure Cancelled() {
    Failure failure;
    failure.code = grpc::StatusCode::CANCELLED;
    return failure;
  }

  std::vector<Reply> Take(const Method& method, const Message& request) {
    google::protobuf::TextFormat::Printer printer;
    printer.SetSingleLineMode(true);
    std::string text;
    printer.PrintToString(request, &text);
    const std::lock_guard lock(mutex_);
    asked_.push_back(method.descriptor->name() + " " + text);
    const auto found = replies_.find(method.descriptor->name());
    return found == replies_.end() ? std::vector<Reply>() : found->second;
  }

  const Catalog& catalog_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Reply>> replies_;
  std::vector<std::string> asked_;
};

}  // namespace falcon::client

#endif  // FALCON_TESTS_SUPPORT_SCRIPTED_GATEWAY_H_
