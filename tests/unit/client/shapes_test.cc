// Every method that the protos have, as a command: its help, and its answers in each format.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/calls.h"
#include "messages.h"
#include "test_catalog.h"
#include "tests/support/scripted_gateway.h"
#include "text.h"

namespace falcon::client {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Every text, one item in every list, the last word of every enum.
void Fill(Message& message, int depth) {
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.is_map() || field.name().ends_with("token")) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      field.is_repeated() ? reflection.AddString(&message, &field, "x\x1b")
                          : reflection.SetString(&message, &field, "x\x1b");
    } else if (field.enum_type() != nullptr) {
      const auto* last = field.enum_type()->value(field.enum_type()->value_count() - 1);
      field.is_repeated() ? reflection.AddEnum(&message, &field, last)
                          : reflection.SetEnum(&message, &field, last);
    } else if (field.message_type() != nullptr && depth > 0 &&
               KindOf(*field.message_type()) == MessageKind::kOther) {
      Fill(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                               : *reflection.MutableMessage(&message, &field),
           depth - 1);
    }
  }
}

struct Printed {
  int code = 0;
  std::string out;
  std::string err;
};

class Shapes : public ::testing::Test {
 protected:
  Printed Run(std::vector<std::string> arguments) {
    std::istringstream in;
    std::ostringstream out;
    std::ostringstream err;
    const Environment environment{.in = in,
                                  .out = out,
                                  .err = err,
                                  .variable = [](const char*) { return std::string(); },
                                  .now = [] { return absl::FromUnixSeconds(1'780'000'000); },
                                  .pause = [](std::chrono::milliseconds) {},
                                  .stop = {}};
    const Command command = ParseCommandLine(*catalog_, arguments, environment);
    if (command.exit_code) return {*command.exit_code, out.str(), err.str()};
    if (!command.call) return {0, command.text, err.str()};
    const auto request = catalog_->NewMessage(*command.call->method->descriptor->input_type());
    const CallContext context(gateway_, command.global, command.call->flags, environment);
    const int code = RunCall(context, *command.call, environment.now(), *request);
    return {code, out.str(), err.str()};
  }

  template <class Each>
  void ForEachMethod(const Each& each) {
    for (const Noun& noun : catalog_->nouns()) {
      for (const Method& method : noun.methods) {
        SCOPED_TRACE(method.descriptor->full_name());
        each(method);
      }
    }
  }

  static std::vector<std::string> Words(const Method& method) {
    if (method.noun.empty()) return {method.verb};
    return {method.noun, method.verb};
  }

  static void ExpectReadable(const std::string& format, const std::string& out) {
    EXPECT_EQ(out.find('\x1b'), std::string::npos) << out;
    if (format == "json") {
      EXPECT_FALSE(nlohmann::json::parse(out, nullptr, false).is_discarded()) << out;
    }
    for (const std::string& line : Split(format == "ndjson" ? out : "", '\n')) {
      EXPECT_FALSE(nlohmann::json::parse(line, nullptr, false).is_discarded()) << line;
    }
  }

  const std::unique_ptr<Catalog> catalog_ = RealCatalog();
  ScriptedGateway gateway_{*catalog_};
};

TEST_F(Shapes, EveryMethodPrintsEmptyAndFullAnswersInEveryFormat) {
  int methods = 0;
  ForEachMethod([&](const Method& method) {
    ++methods;
    for (const bool full : {false, true}) {
      gateway_.On(method.descriptor->name(), [full](const Message&, Message& response) {
        if (full) Fill(response, 3);
        return std::optional<Failure>();
      });
      for (const std::string format : {"table", "json", "ndjson"}) {
        std::vector<std::string> words = Words(method);
        words.insert(words.end(), {"--output", format});
        const Printed printed = Run(words);
        EXPECT_FALSE(full && printed.out.empty()) << format;
        EXPECT_EQ(printed.err.find('\x1b'), std::string::npos) << printed.err;
        // A full answer says that ids are missing or deferred.
        EXPECT_TRUE(full || printed.code == 0) << format << ": " << printed.err;
        ExpectReadable(format, printed.out);
      }
    }
  });
  EXPECT_GT(methods, 60);
}

TEST_F(Shapes, EveryMethodHasHelpAndADescription) {
  ForEachMethod([&](const Method& method) {
    std::vector<std::string> help = Words(method);
    help.emplace_back("--help");
    std::vector<std::string> description = Words(method);
    description.insert(description.begin(), "describe");
    for (const auto& words : {help, description}) {
      const Printed printed = Run(words);
      EXPECT_EQ(printed.code, 0) << printed.err;
      EXPECT_FALSE(printed.out.empty());
    }
  });
}

TEST_F(Shapes, EveryFailedMethodPrintsTheErrorAndExitsWithIt) {
  Failure failure;
  failure.code = grpc::StatusCode::UNAVAILABLE;
  failure.message = "broke";
  ForEachMethod([&](const Method& method) {
    gateway_.Fails(method.descriptor->name(), failure);
    std::vector<std::string> words = Words(method);
    if (method.shape.resume_from != nullptr) words.insert(words.end(), {"--retry-for", "0s"});
    const Printed printed = Run(words);
    EXPECT_EQ(printed.code, 5);
    EXPECT_NE(printed.err.find("broke"), std::string::npos) << printed.err;
  });
}

}  // namespace
}  // namespace falcon::client
