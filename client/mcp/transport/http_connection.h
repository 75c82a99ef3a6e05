// One HTTP connection: reads requests, has the server answer them, writes the answers.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_CONNECTION_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_CONNECTION_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "mcp/protocol/server.h"
#include "mcp/transport/http_request.h"
#include "mcp/transport/http_stream.h"

namespace falcon::mcp {

// What the server sends for one POST, on its way from any thread to the connection's.
class PendingReply : public ResponseSink {
 public:
  // `wake` is called on the sender's thread whenever there is something to take; not after Close.
  explicit PendingReply(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Notifications that a slow client would let pile up are dropped.
  void Send(OutgoingMessage message) override;

  // In the order sent.
  std::optional<OutgoingMessage> Take();
  bool waiting();
  // What is sent from now on is dropped. `wake` is not running when it returns.
  void Close();

 private:
  std::mutex mutex_;
  std::deque<OutgoingMessage> queue_;
  // Unset: closed.
  std::function<void()> wake_;
};

// What the connections of a transport share. Outlives them.
struct HttpSite {
  Server& server;
  RequestValidator validator;
  HttpTimeouts timeouts;
};

// All on the io_context's thread.
//
// One coroutine does everything in its order. While the server works on an answer, what is read or
// answered is noted in a member and wakes it at a timer.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // `own_address`: at this end. A surplus connection is answered with 503, whatever it asks.
  HttpConnection(HttpStream stream, boost::asio::any_io_executor executor, const HttpSite& site,
                 std::string own_address, bool surplus);

  // Until the connection is over. The caller holds it that long.
  boost::asio::awaitable<void> Run();
  // Cancels what is in flight; Run ends soon.
  void Stop();
  // A request of it has passed the rules.
  bool proven() const { return proven_; }
  bool stopping() const { return stopping_; }

 private:
  using Clock = std::chrono::steady_clock;
  using Milliseconds = std::chrono::milliseconds;
  using Request = HttpParser::value_type;
  using Check = std::function<bool()>;
  // How far an answer is.
  enum class Begun { kNothing, kJson, kEvents };

  // False where the connection is over. So do all that return a bool.
  boost::asio::awaitable<bool> ServeOne();
  // Waits for the first bytes of a request.
  boost::asio::awaitable<bool> AwaitRequest();
  // Reads it whole; else says why not.
  boost::asio::awaitable<std::optional<HttpRefusal>> ReadRequest(HttpParser& parser);
  std::optional<HttpRefusal> Validate(const HttpParser& parser) const;
  boost::asio::awaitable<bool> Refuse(const HttpParser& parser, const HttpRefusal& refusal);
  boost::asio::awaitable<bool> AnswerHealthCheck(const Request& request);
  boost::asio::awaitable<bool> Answer(Request& request);
  // Passes on what is sent for one request, to its last.
  boost::asio::awaitable<bool> Relay(PendingReply& exchange, Session& session,
                                     const ReplyTerms& terms);
  boost::asio::awaitable<bool> Pass(const OutgoingMessage& message, Begun& begun,
                                    const ReplyTerms& terms);
  // Writes something that says nothing: it keeps a stream open, and shows whether the client that
  // sends no more is still there.
  boost::asio::awaitable<bool> Probe(Begun& begun, const ReplyTerms& terms);
  // Until when Relay waits.
  Clock::time_point NextLook(Begun begun, Session& session) const;
  // Lets the client read to the end what was written, then closes.
  boost::asio::awaitable<void> Leave();

  boost::asio::awaitable<bool> Write(std::string bytes);
  // Keeps a read under way while there is room for what it brings.
  void Fill();
  // Ends it.
  boost::asio::awaitable<void> StopReading();
  // Waits until `ready`. False: the deadline came before, or Stop.
  boost::asio::awaitable<bool> Until(Check ready, Clock::time_point deadline);
  void Wake() { timer_.cancel(); }

  const HttpSite& site_;
  HttpStream stream_;
  const std::string own_address_;
  const bool surplus_;
  const boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;

  boost::beast::flat_buffer input_;  // read, but not yet parsed
  bool reading_ = false;
  bool input_closed_ = false;  // the client sends no more
  bool broken_ = false;        // it is gone: reading or writing has failed
  bool proven_ = false;
  bool stopping_ = false;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_CONNECTION_H_
