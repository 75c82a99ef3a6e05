// One HTTP connection: reads requests, has the server answer them, writes the answers.
#ifndef FALCON_CLIENT_MCP_TRANSPORT_HTTP_CONNECTION_H_
#define FALCON_CLIENT_MCP_TRANSPORT_HTTP_CONNECTION_H_

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "mcp/protocol/server.h"
#include "mcp/transport/http_exchange.h"
#include "mcp/transport/http_rules.h"
#include "mcp/transport/http_wire.h"

namespace falcon::mcp {

// What the connections of a transport share. Outlives them.
struct HttpSite {
  Server& server;
  HttpRules rules;
  HttpTimeouts timeouts;
};

// All on the io_context's thread.
//
// One coroutine does everything in its order. It waits at one timer only: what is read, written or
// answered meanwhile is noted in a member and wakes it, and so does a deadline.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  // `own_address`: at this end. A surplus connection is answered with 503, whatever it asks.
  HttpConnection(std::unique_ptr<HttpWire> wire, boost::asio::any_io_executor executor,
                 const HttpSite& site, std::string own_address, bool surplus);

  // Until the connection is over. The caller holds it that long.
  boost::asio::awaitable<void> Run();
  // Cancels what is in flight; Run ends soon.
  void Stop();

 private:
  using Clock = std::chrono::steady_clock;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  using Request = Parser::value_type;
  using Check = std::function<bool()>;
  // What an answer depends on.
  struct Terms {
    Accepted accepted;
    // The request is of the stateless era, where who closes cancels.
    bool stateless = false;
    bool keep_alive = false;
  };

  // False where the connection is over. So do all that return a bool.
  boost::asio::awaitable<bool> Shake();
  boost::asio::awaitable<bool> ServeOne();
  // Parses until `done`; else says why not.
  boost::asio::awaitable<std::optional<HttpRefusal>> Parse(Parser& parser, Check done,
                                                           Clock::time_point deadline);
  std::optional<HttpRefusal> Judge(const Parser& parser) const;
  boost::asio::awaitable<bool> Refuse(const Parser& parser, const HttpRefusal& refusal);
  boost::asio::awaitable<bool> Answer(Request& request);
  // Passes on what is sent for one request, to its last.
  boost::asio::awaitable<bool> Relay(HttpExchange& exchange, const Terms& terms);
  // Lets the client read to the end what was written, then closes.
  boost::asio::awaitable<void> Leave();

  boost::asio::awaitable<bool> Write(std::string bytes);
  // Waits for more input. False: none came.
  boost::asio::awaitable<bool> ReadMore(Clock::time_point deadline);
  // Keeps a read under way while there is room for what it brings.
  void Fill();
  // Waits until `ready`. False: the deadline came before, or Stop.
  boost::asio::awaitable<bool> Until(Check ready, Clock::time_point deadline);
  void Wake() { timer_.cancel(); }

  const HttpSite& site_;
  const std::unique_ptr<HttpWire> wire_;
  const std::string own_address_;
  const bool surplus_;
  const boost::asio::any_io_executor executor_;
  boost::asio::steady_timer timer_;

  // Read, but not yet parsed.
  std::string input_;
  std::array<char, 16384> chunk_;
  bool reading_ = false;
  bool input_closed_ = false;
  std::string output_;
  bool writing_ = false;
  // A write has failed.
  bool broken_ = false;
  bool stopping_ = false;
};

}  // namespace falcon::mcp

#endif  // FALCON_CLIENT_MCP_TRANSPORT_HTTP_CONNECTION_H_
