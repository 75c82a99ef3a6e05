#include "mcp/protocol/server.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace falcon::mcp {

struct Server::Route {
  std::string_view method;
  // The mode in which the method is known; nothing: both.
  std::optional<ProtocolMode> only;
  bool (*offered)(const ServerDefinition& definition);
  void (Server::*answer)(const RequestContext& request);
};

namespace {

bool Always(const ServerDefinition& /*definition*/) { return true; }
bool HasTools(const ServerDefinition& definition) { return !definition.tools.empty(); }
bool HasResources(const ServerDefinition& definition) {
  return definition.read_resource != nullptr;
}
bool HasPrompts(const ServerDefinition& definition) { return !definition.prompts.empty(); }
bool HasCompletions(const ServerDefinition& definition) { return definition.complete != nullptr; }

// Cancellations are the one notification that asks for something.
std::string CancelledId(const Message& message) {
  if (message.method != "notifications/cancelled") return {};
  const auto id = message.params.find("requestId");
  return id == message.params.end() ? std::string() : IdText(*id);
}

// Nothing changes while the process runs, so no list tells of changes.
OrderedJson Capabilities(const ServerDefinition& definition) {
  OrderedJson capabilities = OrderedJson::object();
  if (HasTools(definition)) capabilities["tools"] = OrderedJson::object();
  if (HasResources(definition)) capabilities["resources"] = OrderedJson::object();
  if (HasPrompts(definition)) capabilities["prompts"] = OrderedJson::object();
  if (HasCompletions(definition)) capabilities["completions"] = OrderedJson::object();
  return capabilities;
}

}  // namespace

Server::Server(const ServerDefinition& definition, Workers& workers)
    : definition_(definition),
      workers_(workers),
      listings_({{"tools/list", ListTools(definition)},
                 {"resources/list", ListResources(definition)},
                 {"resources/templates/list", ListResourceTemplates(definition)},
                 {"prompts/list", ListPrompts(definition)}}) {}

// A call may have outlived its session's transport: on HTTP a client of the initialize mode may
// leave without cancelling.
Server::~Server() { ending_.request_stop(); }

const Server::Route* Server::FindRoute(std::string_view method, ProtocolMode mode,
                                       const ServerDefinition& definition) {
  static constexpr auto kBoth = std::nullopt;
  static constexpr std::array kRoutes = {
      Route{"initialize", ProtocolMode::kInitialize, Always, &Server::Initialize},
      Route{"ping", ProtocolMode::kInitialize, Always, &Server::Ping},
      Route{"server/discover", ProtocolMode::kStateless, Always, &Server::Discover},
      Route{"subscriptions/listen", ProtocolMode::kStateless, Always, &Server::Listen},
      Route{"tools/list", kBoth, HasTools, &Server::List},
      Route{"tools/call", kBoth, HasTools, &Server::CallTool},
      Route{"resources/list", kBoth, HasResources, &Server::List},
      Route{"resources/templates/list", kBoth, HasResources, &Server::List},
      Route{"resources/read", kBoth, HasResources, &Server::ReadResource},
      Route{"prompts/list", kBoth, HasPrompts, &Server::List},
      Route{"prompts/get", kBoth, HasPrompts, &Server::GetPrompt},
      Route{"completion/complete", kBoth, HasCompletions, &Server::Complete},
  };
  for (const Route& route : kRoutes) {
    if (route.method != method) continue;
    return route.only.value_or(mode) == mode && route.offered(definition) ? &route : nullptr;
  }
  return nullptr;
}

bool Server::Handle(std::string_view text, const std::shared_ptr<Session>& session,
                    const std::shared_ptr<ResponseSink>& sink, const HttpHeaders* headers) {
  const Message message = ReadMessage(text);
  switch (message.kind) {
    case Message::Kind::kRequest:
      Answer(message, session, sink, headers);
      return true;
    case Message::Kind::kUnreadable:
      sink->Send({ErrorReply(message.id, message.problem), true, message.problem.http_status});
      return true;
    case Message::Kind::kNotification:
      if (const std::string id = CancelledId(message); !id.empty()) session->Cancel(id);
      break;
    case Message::Kind::kResponse:
      break;
  }
  if (headers == nullptr) return false;
  // No answer to the message, but HTTP wants a status.
  const auto problem = ValidateHeaders(*headers);
  if (!problem.has_value()) return false;
  sink->Send({ErrorReply("null", *problem), true, problem->http_status});
  return true;
}

void Server::Answer(const Message& message, const std::shared_ptr<Session>& session,
                    const std::shared_ptr<ResponseSink>& sink, const HttpHeaders* headers) {
  const Validation validation = ValidateRequest(message, session->version(), headers);
  const ProtocolMode mode = validation.mode;
  const RequestContext request{{message.id, mode, &definition_}, message, session, sink};
  if (validation.refusal.has_value()) return request.Refuse(*validation.refusal);
  const Route* route = FindRoute(message.method, mode, definition_);
  if (route == nullptr) {
    return request.Refuse({kMethodNotFound,
                           "There is no method " + Quoted(message.method) + " here.", nullptr,
                           mode == ProtocolMode::kStateless ? 404 : 200});
  }
  (this->*route->answer)(request);
}

void Server::Initialize(const RequestContext& request) {
  const std::string* asked = StringAt(request.params(), "protocolVersion");
  if (asked == nullptr) {
    return request.Refuse({kInvalidParams, "initialize needs a protocolVersion, a string."});
  }
  // The same version back if it is known, else the newest.
  const auto* known = std::ranges::find(kInitializeVersions, *asked);
  const auto version = known == std::end(kInitializeVersions) ? kInitializeVersions[0] : *known;
  request.session->Agree(version);
  OrderedJson members = {{"protocolVersion", version},
                         {"capabilities", Capabilities(definition_)},
                         {"serverInfo", ServerInfo(definition_, true)}};
  if (!definition_.instructions.empty()) members["instructions"] = definition_.instructions;
  request.Reply(ResultReply(request.head, members));
}

void Server::Ping(const RequestContext& request) {
  request.Reply(ResultReply(request.head, OrderedJson::object()));
}

void Server::Discover(const RequestContext& request) {
  OrderedJson members = {{"supportedVersions", OrderedJson::array({kStatelessVersion})},
                         {"capabilities", Capabilities(definition_)}};
  if (!definition_.instructions.empty()) members["instructions"] = definition_.instructions;
  request.Reply(ResultReply(request.head, members, Caching::kPublic));
}

void Server::Listen(const RequestContext& request) {
  const auto wanted = request.params().find("notifications");
  if (wanted == request.params().end() || !wanted->is_object()) {
    return request.Refuse({kInvalidParams, "notifications must be an object: what to listen for."});
  }
  // There is nothing to tell, so the stream ends as soon as it is open, and holds nothing up.
  const OrderedJson id = {
      {"io.modelcontextprotocol/subscriptionId", OrderedJson::parse(request.head.id)}};
  const OrderedJson params = {{"_meta", id}, {"notifications", OrderedJson::object()}};
  request.sink->Send(
      {NotificationText("notifications/subscriptions/acknowledged", params), false, 200});
  request.Reply(ResultReply(request.head, OrderedJson::object(), Caching::kNone, id));
}

void Server::List(const RequestContext& request) {
  const std::string beginning;
  const auto given = request.params().find("cursor");
  const bool begins = given == request.params().end() || given->is_null();
  const auto* cursor = begins ? &beginning : given->get_ptr<const std::string*>();
  const auto page =
      cursor == nullptr ? std::nullopt : listings_.at(request.message.method).Page(*cursor);
  if (!page.has_value()) {
    return request.Refuse(
        {kInvalidParams, "This cursor is not one of this list: begin again without a cursor."});
  }
  request.Reply(ResultReply(request.head, *page, Caching::kPublic));
}

}  // namespace falcon::mcp
