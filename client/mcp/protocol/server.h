// The Model Context Protocol, of both eras: takes messages, answers them from an Offer. Knows
// neither Falcon nor any transport.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_
#define FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "mcp/protocol/listing.h"
#include "mcp/protocol/offer.h"
#include "mcp/protocol/reply.h"
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

class Call;
struct Message;

// A client's conversation: on stdio the whole process, on HTTP (which keeps no sessions) one POST.
// Holds what `initialize` agreed upon and what is in flight. Thread-safe.
class Session {
 public:
  using Clock = std::chrono::steady_clock;

  // Cancels what is in flight; nothing is sent for it any more.
  void CancelAll();
  // When a call that is in flight last made progress, or began; the latest of several. Now, where
  // there is none.
  Clock::time_point last_progress();
  // Answers the calls that made no progress for so long with an error, and stops them. False: there
  // are none.
  bool EndStalled(std::chrono::milliseconds limit);

 private:
  friend class Server;
  std::string version();
  void Agree(std::string_view version);
  // False: a call with the same id is in flight, and this one is not taken.
  bool Begin(const std::shared_ptr<Call>& call);
  void End(const Call& call);
  void Cancel(std::string_view id);

  std::mutex mutex_;
  // Of the initialize era, once agreed upon.
  std::string version_;
  // In flight, and those whose answer is being sent.
  std::vector<std::shared_ptr<Call>> calls_;
};

// Thread-safe.
class Server {
 public:
  // `workers` runs tools, reads, prompts and completions; all else is answered on the caller's
  // thread. Both outlive the server, and the offer outlives what runs on the workers too.
  Server(const Offer& offer, Workers& workers);
  // Cancels what is in flight, of any session; nothing is sent for it any more.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes one message: a request, a notification or a response, well-formed or not. A request gets
  // exactly one last Outgoing, unless it is cancelled; so does what cannot be read as a message.
  // Returns whether an answer is to come (or came): false for notifications and responses.
  // `headers` are given on HTTP only, and checked against the message.
  bool Handle(std::string_view message, const std::shared_ptr<Session>& session,
              const std::shared_ptr<Outlet>& outlet, const HttpHeaders* headers = nullptr);

 private:
  // One request on its way.
  struct Exchange {
    ReplyHead head;
    const Json& params;
    const std::shared_ptr<Session>& session;
    const std::shared_ptr<Outlet>& outlet;

    void Reply(std::string text) const { outlet->Send({std::move(text), true, 200}); }
    void Refuse(const RpcError& error) const {
      outlet->Send({ErrorReply(head.id, error), true, error.http_status});
    }
  };
  struct Route;
  // Makes the whole reply on a worker.
  using Work = std::function<std::string(const ReplyHead& head, const CallContext& context)>;

  static const Route* FindRoute(std::string_view method, Era era, const Offer& offer);
  void Answer(const Message& message, const std::shared_ptr<Session>& session,
              const std::shared_ptr<Outlet>& outlet, const HttpHeaders* headers);

  void Initialize(const Exchange& exchange);
  void Discover(const Exchange& exchange);
  void Listen(const Exchange& exchange);
  void List(const Exchange& exchange, const Listing& listing);
  void CallTool(const Exchange& exchange);
  void ReadResource(const Exchange& exchange);
  void GetPrompt(const Exchange& exchange);
  void Complete(const Exchange& exchange);
  // `busy`: the reply where no worker is free for it.
  void Start(const Exchange& exchange, Work work, std::string busy);

  const Offer& offer_;
  Workers& workers_;
  const Listing tools_;
  const Listing resources_;
  const Listing resource_templates_;
  const Listing prompts_;
  std::stop_source ending_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_
