// The Model Context Protocol, in both modes: takes messages, answers them from a ServerDefinition.
// Knows neither Falcon nor any transport.
#ifndef FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_
#define FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "mcp/protocol/protocol_mode.h"
#include "mcp/protocol/reply.h"
#include "mcp/protocol/session.h"
#include "mcp/protocol/workers.h"

namespace falcon::mcp {

// Thread-safe.
class Server {
 public:
  // `workers` runs tools, reads, prompts and completions; all else is answered on the caller's
  // thread. Both outlive the server, and the definition outlives what runs on the workers too.
  Server(const ServerDefinition& definition, Workers& workers);
  // Cancels what is in flight, of any session; nothing is sent for it any more.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes one message: a request, a notification or a response, well-formed or not. A request gets
  // exactly one last OutgoingMessage, unless it is cancelled; so does what cannot be read as a
  // message. Returns whether an answer is to come (or came): false for notifications and responses.
  // `headers` are given on HTTP only, and checked against the message.
  bool Handle(std::string_view message, const std::shared_ptr<Session>& session,
              const std::shared_ptr<ResponseSink>& sink, const HttpHeaders* headers = nullptr);

 private:
  // One request on its way.
  struct RequestContext {
    ReplyHead head;
    const Message& message;
    const std::shared_ptr<Session>& session;
    const std::shared_ptr<ResponseSink>& sink;

    const Json& params() const { return message.params; }
    void Reply(std::string text) const { sink->Send({std::move(text), true, 200}); }
    void Refuse(const RpcError& error) const {
      sink->Send({ErrorReply(head.id, error), true, error.http_status});
    }
  };
  struct Route;
  // Makes the whole reply on a worker.
  using Work = std::function<std::string(const ReplyHead& head, const CallContext& context)>;

  static const Route* FindRoute(std::string_view method, ProtocolMode mode,
                                const ServerDefinition& definition);
  void Answer(const Message& message, const std::shared_ptr<Session>& session,
              const std::shared_ptr<ResponseSink>& sink, const HttpHeaders* headers);
  void Initialize(const RequestContext& request);
  void Ping(const RequestContext& request);
  void Discover(const RequestContext& request);
  void Listen(const RequestContext& request);
  void List(const RequestContext& request);
  void CallTool(const RequestContext& request);
  void ReadResource(const RequestContext& request);
  void GetPrompt(const RequestContext& request);
  void Complete(const RequestContext& request);
  // `busy`: the reply where no worker is free for it.
  void Start(const RequestContext& request, Work work, std::string busy);

  const ServerDefinition& definition_;
  Workers& workers_;
  // By method.
  const std::map<std::string, Listing> listings_;
  std::stop_source ending_;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_PROTOCOL_SERVER_H_
