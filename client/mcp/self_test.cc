// One question to the gateway itself, then the protocol as a client would speak it.
#include "mcp/self_test.h"

#include <algorithm>
#include <future>
#include <memory>
#include <string>

#include "mcp/protocol/json.h"
#include "mcp/protocol/server.h"
#include "mcp/protocol/workers.h"
#include "messages.h"
#include "text.h"

namespace falcon::mcp {
namespace {

// Keeps the answer to one message.
class Inbox final : public ResponseSink {
 public:
  void Send(OutgoingMessage message) override {
    if (message.last) answer_.set_value(std::move(message.text));
  }
  std::string Await() { return answer_.get_future().get(); }

 private:
  std::promise<std::string> answer_;
};

// A client in the same process.
class Client {
 public:
  explicit Client(const ServerDefinition& definition)
      : workers_(1, 1), server_(definition, workers_) {}

  // The answer's text; an object with `result` or `error`.
  std::string Ask(const std::string& method, const Json& params) {
    const auto inbox = std::make_shared<Inbox>();
    const Json request = {
        {"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}, {"params", params}};
    server_.Handle(Text(request), session_, inbox);
    return inbox->Await();
  }

  Json AskJson(const std::string& method, const Json& params) {
    return Json::parse(Ask(method, params), nullptr, false);
  }

 private:
  Workers workers_;
  Server server_;
  std::shared_ptr<Session> session_ = std::make_shared<Session>();
  int last_id_ = 0;
};

// A line for each finding.
class Report {
 public:
  explicit Report(std::ostream& out) : out_(out) {}

  void Good(std::string_view what) { out_ << "ok     " << what << '\n'; }
  void Note(std::string_view what) { out_ << "note   " << what << '\n'; }
  // What is wrong, and what to do, each of one line or more.
  void Wrong(std::string_view what, std::string_view to_do) {
    good_ = false;
    Lines("WRONG  ", what);
    Lines("       ", to_do);
  }
  bool good() const { return good_; }

 private:
  void Lines(std::string_view first, std::string_view text) {
    for (const std::string& line : client::Split(text, '\n')) {
      out_ << first << EscapeUnsafe(line) << '\n';
      first = "       ";
    }
  }

  std::ostream& out_;
  bool good_ = true;
};

void TellProtocol(Client& client, const ServerDefinition& definition, Report& report) {
  const Json hello = client.AskJson(
      "initialize", {{"protocolVersion", kInitializeVersions[0]},
                     {"capabilities", Json::object()},
                     {"clientInfo", {{"name", "self-test"}, {"version", FALCON_GATEWAY_VERSION}}}});
  const size_t bytes = client.Ask("tools/list", Json::object()).size();
  if (!hello.contains("result")) {
    report.Wrong("The protocol does not start.", "That is a defect of this program.");
    return;
  }
  report.Good(StrCat("Protocol: ", definition.tools.size(), " tools (",
                     client::Grouped(static_cast<int64_t>(bytes)), " bytes for all), ",
                     definition.prompts.size(), " prompts, ", definition.resources.size(),
                     " resources."));
}

const google::protobuf::Message* Part(const google::protobuf::Message& message,
                                      const std::string& name) {
  const google::protobuf::FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() || field->message_type() == nullptr) return nullptr;
  return &message.GetReflection()->GetMessage(message, field);
}

void TellStatus(const google::protobuf::Message& status, const Bridge& bridge, Report& report) {
  const std::string version = client::TextField(status, "version");
  report.Good(StrCat("Gateway: falcon-gateway ", EscapeUnsafe(version), " at ",
                     EscapeUnsafe(bridge.address), ", for ",
                     EscapeUnsafe(client::TextField(status, "base_url")), "."));
  if (version != FALCON_GATEWAY_VERSION) {
    report.Note(StrCat("The bridge is of version ", FALCON_GATEWAY_VERSION,
                       ": with another gateway some fields may be missing."));
  }
  const google::protobuf::Message* token = Part(status, "token");
  const std::string problem = token == nullptr ? "" : client::TextField(*token, "last_error");
  if (!problem.empty()) {
    report.Note(StrCat("The gateway's last log-in to Falcon failed: ", EscapeUnsafe(problem)));
  }
}

// Whether it makes sense to go on.
bool TellGateway(const Bridge& bridge, bool tls, Report& report) {
  const client::Method* method = bridge.catalog.Find("", "status");
  if (method == nullptr) return true;
  const auto request = bridge.catalog.NewMessage(*method->descriptor->input_type());
  client::CallSettings settings;
  settings.timeout = bridge.timeout;
  const client::Answer answer = bridge.gateway.Unary(*method, *request, settings);
  if (!answer.failure) {
    TellStatus(*answer.message, bridge, report);
    return true;
  }
  if (answer.failure->code == grpc::StatusCode::UNIMPLEMENTED) {
    report.Wrong(
        StrCat("What answers at ", bridge.address, " is no falcon-gateway, or an old one."),
        "Check --gateway.");
  } else if (answer.failure->code == grpc::StatusCode::DEADLINE_EXCEEDED) {
    report.Wrong(StrCat("The gateway at ", bridge.address, " does not answer in time."),
                 "Check --gateway and the network between; --timeout allows more time.");
  } else {
    report.Wrong(StrCat("The gateway at ", bridge.address,
                        " cannot be reached: ", answer.failure->message, "."),
                 ConnectionAdvice(answer.failure->message, tls));
  }
  return false;
}

// What an answer says: its blocks of text, or its error's message.
std::string TextOf(const Json& answer) {
  std::string text;
  for (const Json& block : answer.value("/result/content"_json_pointer, Json::array())) {
    text.append(block.value("text", "")).append("\n");
  }
  return text.empty() ? answer.value("/error/message"_json_pointer, "null") : text;
}

void TellTool(Client& client, const ServerDefinition& definition, Report& report) {
  const auto is = [](std::string_view name) {
    return [name](const Tool& tool) { return tool.name.starts_with(name); };
  };
  auto tool = std::ranges::find_if(definition.tools, is("search_hosts"));
  if (tool == definition.tools.end()) tool = std::ranges::find_if(definition.tools, is("search_"));
  if (tool == definition.tools.end()) {
    report.Note("No search is among the tools, so none was called.");
    return;
  }
  const Json answer =
      client.AskJson("tools/call", {{"name", tool->name}, {"arguments", {{"limit", 1}}}});
  if (!answer.contains("result") || answer.value("/result/isError"_json_pointer, false)) {
    report.Wrong(StrCat(tool->name, " could not look:"), TextOf(answer));
    return;
  }
  const std::string summary = TextOf(answer);
  report.Good(StrCat(tool->name, ": ", EscapeUnsafe(summary.substr(0, summary.find('\n')))));
}

// gRPC has one code for all of these; only its text tells them apart.
struct Advice {
  std::string_view sign;
  std::string_view with_tls;
  std::string_view without_tls;
};

constexpr std::string_view kStart =
    "Nothing listens there. Start falcon-gateway, or name another place by --gateway HOST:PORT.";
constexpr std::string_view kClosed =
    "What listens there ended the connection. It may want a certificate (--cert and --key), or be "
    "no gateway.";
constexpr std::string_view kSpeakTls =
    "What listens there ended the connection: it may speak TLS. Try --tls, with --ca-file where "
    "its "
    "authority is not one of the system's.";

constexpr std::string_view kProxy =
    "A proxy there answers in the gateway's place: the gateway behind it is starting, busy or not "
    "reached. Try again.";

constexpr Advice kAdvice[] = {
    {"http2 header with status", kProxy, kProxy},
    {"Connection refused", kStart, kStart},
    {"DNS resolution failed", "No such host name: check --gateway.",
     "No such host name: check --gateway."},
    {"wrong version number",
     "The gateway speaks no TLS there: leave out --tls, --ca-file, --cert and --key.", ""},
    {"certificate verify failed",
     "Its certificate is of no known authority: name that authority's PEM file by --ca-file.", ""},
    {"is not in peer certificate",
     "Its certificate is for another name: reach it by the name in the certificate.", ""},
    {"certificate required", "It wants a certificate: --cert and --key.", ""},
    {"Socket closed", kClosed, kSpeakTls},
    {"reset by peer", kClosed, kSpeakTls},
    {"Endpoint read failed", kClosed, kSpeakTls},
};

}  // namespace

bool SelfTest(const Bridge& bridge, const ServerDefinition& definition, bool tls,
              std::ostream& out) {
  Report report(out);
  Client client(definition);
  TellProtocol(client, definition, report);
  if (TellGateway(bridge, tls, report)) TellTool(client, definition, report);
  out << (report.good() ? "All works: an assistant can be connected.\n"
                        : "Not yet: see what is WRONG above.\n");
  return report.good();
}

std::string ConnectionAdvice(std::string_view message, bool tls) {
  for (const Advice& advice : kAdvice) {
    if (message.find(advice.sign) == message.npos) continue;
    const std::string_view text = tls ? advice.with_tls : advice.without_tls;
    if (!text.empty()) return std::string(text);
  }
  return "Check --gateway, the network between, and whether it wants TLS (--tls).";
}

}  // namespace falcon::mcp
