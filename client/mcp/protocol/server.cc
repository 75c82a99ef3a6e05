// Takes messages apart and finds who answers.
#include "mcp/protocol/server.h"

#include <array>
#include <utility>

#include "mcp/protocol/call.h"
#include "mcp/protocol/era.h"
#include "mcp/protocol/message.h"

namespace falcon::mcp {

struct Server::Route {
  std::string_view method;
  // In which era the method is known; nothing: in both.
  std::optional<Era> only;
  bool (*offered)(const Offer& offer);
  void (*answer)(Server& server, const Exchange& exchange);
};

namespace {

bool Always(const Offer& /*offer*/) { return true; }
bool HasTools(const Offer& offer) { return !offer.tools.empty(); }
bool HasResources(const Offer& offer) { return offer.read_resource != nullptr; }
bool HasPrompts(const Offer& offer) { return !offer.prompts.empty(); }
bool HasCompletions(const Offer& offer) { return offer.complete != nullptr; }

// Cancellations are the one notification that asks for something.
std::string CancelledId(const Message& message) {
  if (message.method != "notifications/cancelled") return {};
  const auto id = message.params.find("requestId");
  return id == message.params.end() ? std::string() : IdText(*id);
}

}  // namespace

Server::Server(const Offer& offer, Workers& workers)
    : offer_(offer),
      workers_(workers),
      tools_(ListTools(offer)),
      resources_(ListResources(offer)),
      resource_templates_(ListResourceTemplates(offer)),
      prompts_(ListPrompts(offer)) {}

// A call may have outlived its session's transport: on HTTP a client of the initialize era may
// leave without cancelling.
Server::~Server() { ending_.request_stop(); }

const Server::Route* Server::FindRoute(std::string_view method, Era era, const Offer& offer) {
  static constexpr auto kBoth = std::nullopt;
  static constexpr std::array kRoutes = {
      Route{"initialize", Era::kInitialize, Always,
            [](Server& server, const Exchange& exchange) { server.Initialize(exchange); }},
      Route{"ping", Era::kInitialize, Always,
            [](Server&, const Exchange& exchange) {
              exchange.Reply(ResultReply(exchange.head, {}));
            }},
      Route{"server/discover", Era::kStateless, Always,
            [](Server& server, const Exchange& exchange) { server.Discover(exchange); }},
      Route{"subscriptions/listen", Era::kStateless, Always,
            [](Server& server, const Exchange& exchange) { server.Listen(exchange); }},
      Route{"tools/list", kBoth, HasTools,
            [](Server& server, const Exchange& exchange) { server.List(exchange, server.tools_); }},
      Route{"tools/call", kBoth, HasTools,
            [](Server& server, const Exchange& exchange) { server.CallTool(exchange); }},
      Route{"resources/list", kBoth, HasResources,
            [](Server& server, const Exchange& exchange) {
              server.List(exchange, server.resources_);
            }},
      Route{"resources/templates/list", kBoth, HasResources,
            [](Server& server, const Exchange& exchange) {
              server.List(exchange, server.resource_templates_);
            }},
      Route{"resources/read", kBoth, HasResources,
            [](Server& server, const Exchange& exchange) { server.ReadResource(exchange); }},
      Route{
          "prompts/list", kBoth, HasPrompts,
          [](Server& server, const Exchange& exchange) { server.List(exchange, server.prompts_); }},
      Route{"prompts/get", kBoth, HasPrompts,
            [](Server& server, const Exchange& exchange) { server.GetPrompt(exchange); }},
      Route{"completion/complete", kBoth, HasCompletions,
            [](Server& server, const Exchange& exchange) { server.Complete(exchange); }},
  };
  for (const Route& route : kRoutes) {
    if (route.method != method) continue;
    return route.only.value_or(era) == era && route.offered(offer) ? &route : nullptr;
  }
  return nullptr;
}

bool Server::Handle(std::string_view text, const std::shared_ptr<Session>& session,
                    const std::shared_ptr<Outlet>& outlet, const HttpHeaders* headers) {
  const Message message = ReadMessage(text);
  switch (message.kind) {
    case Message::Kind::kRequest:
      Answer(message, session, outlet, headers);
      return true;
    case Message::Kind::kUnreadable:
      outlet->Send({ErrorReply(message.id, message.problem), true, message.problem.http_status});
      return true;
    case Message::Kind::kNotification:
      if (const std::string id = CancelledId(message); !id.empty()) session->Cancel(id);
      break;
    case Message::Kind::kResponse:
      break;
  }
  if (headers == nullptr) return false;
  // No answer to the message, but HTTP wants a status.
  const auto problem = JudgeHeaders(*headers);
  if (!problem.has_value()) return false;
  outlet->Send({ErrorReply("null", *problem), true, problem->http_status});
  return true;
}

void Server::Answer(const Message& message, const std::shared_ptr<Session>& session,
                    const std::shared_ptr<Outlet>& outlet, const HttpHeaders* headers) {
  const EraVerdict verdict = JudgeEra(message, session->version(), headers);
  const Exchange exchange{{message.id, verdict.era, &offer_}, message.params, session, outlet};
  if (verdict.refusal.has_value()) return exchange.Refuse(*verdict.refusal);
  const Route* route = FindRoute(message.method, verdict.era, offer_);
  if (route == nullptr) {
    const bool stateless = verdict.era == Era::kStateless;
    return exchange.Refuse({kMethodNotFound,
                            "There is no method " + Quoted(message.method) + " here.",
                            {},
                            stateless ? 404 : 200});
  }
  route->answer(*this, exchange);
}

void Server::List(const Exchange& exchange, const Listing& listing) {
  const std::string beginning;
  const auto given = exchange.params.find("cursor");
  const bool begins = given == exchange.params.end() || given->is_null();
  const auto* cursor = begins ? &beginning : given->get_ptr<const std::string*>();
  const std::string* page = cursor == nullptr ? nullptr : listing.Page(*cursor);
  if (page == nullptr) {
    return exchange.Refuse(
        {kInvalidParams, "This cursor is not one of this list: begin again without a cursor."});
  }
  exchange.Reply(ResultReply(exchange.head, *page, Caching::kPublic));
}

}  // namespace falcon::mcp
