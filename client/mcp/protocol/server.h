// The Model Context Protocol, of both eras: takes messages, answers them from an Offer. Knows
// neither Falcon nor any transport.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_
#define FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "mcp/protocol/offer.h"
#include "mcp/protocol/workers.h"

namespace falcon::mcp {

// Revisions that this server speaks, newest first. The first is stateless: no handshake, each
// request says its version in `_meta`. The others begin with `initialize`.
inline constexpr std::string_view kStatelessVersion = "2026-07-28";
inline constexpr std::string_view kInitializeVersions[] = {"2025-11-25", "2025-06-18", "2025-03-26",
                                                           "2024-11-05"};

// One message to the client: one line of JSON without its end.
struct Outgoing {
  std::string text;
  // The answer to the request; nothing follows it. Else a notification on the way to it.
  bool last = true;
  // What HTTP answers with: 200, 400 or 404. Only of the last.
  int http_status = 200;
};

// Where the answer to one message goes. Any thread, one call at a time; outlives the exchange.
class Outlet {
 public:
  virtual ~Outlet() = default;
  virtual void Send(Outgoing message) = 0;
};

// What HTTP tells beside the message. Values as they came.
struct HttpHeaders {
  std::optional<std::string> protocol_version;  // MCP-Protocol-Version
  std::optional<std::string> method;            // Mcp-Method
  std::optional<std::string> name;              // Mcp-Name
};

// A client's conversation: on stdio the whole process, on HTTP (which keeps no sessions) one POST.
// Holds what `initialize` agreed upon and what is in flight. Thread-safe.
class Session {
 public:
  // Cancels what is in flight; nothing is sent for it any more.
  void CancelAll();

 private:
  friend class Server;
  std::mutex mutex_;
  // Of the initialize era, once agreed upon.
  std::string version_;
  // Calls in flight by the text of their ids.
  std::map<std::string, std::stop_source> in_flight_;
};

// Thread-safe. Outlives what runs on its workers.
class Server {
 public:
  // `workers` runs tools, reads, prompts and completions; all else is answered on the caller's
  // thread. Both outlive the server.
  Server(const Offer& offer, Workers& workers);

  // Takes one message: a request, a notification or a response, well-formed or not. A request gets
  // exactly one last Outgoing, unless it is cancelled; so does what cannot be read as a message.
  // Returns whether an answer is to come (or came): false for notifications and responses.
  // `headers` are given on HTTP only, and checked against the message.
  bool Handle(std::string_view message, const std::shared_ptr<Session>& session,
              const std::shared_ptr<Outlet>& outlet, const HttpHeaders* headers = nullptr);

 private:
  const Offer& offer_;
  Workers& workers_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_
