// Copies the bytes of each connection in two tasks, one for each direction.
#include "tests/support/relay.h"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "tests/support/on_loop.h"

namespace falcon::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Awaitable = asio::use_awaitable_t<runtime::Executor>;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, runtime::Executor>;

}  // namespace

struct Relay::Acceptor {
  explicit Acceptor(runtime::Executor executor)
      : acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {}
  asio::basic_socket_acceptor<tcp, runtime::Executor> acceptor;
};

struct Relay::Link {
  Link(Socket accepted, runtime::Executor executor)
      : client(std::move(accepted)), server(executor) {}

  static Task<void> Pump(std::shared_ptr<Link> link, Socket& from, Socket& to,
                         std::atomic<size_t>& passed) {
    std::array<char, 16384> bytes{};
    boost::system::error_code error;
    while (!error) {
      const size_t size = co_await from.async_read_some(asio::buffer(bytes),
                                                        asio::redirect_error(Awaitable(), error));
      if (error || link->lost) continue;
      passed += size;
      co_await asio::async_write(to, asio::buffer(bytes, size),
                                 asio::redirect_error(Awaitable(), error));
    }
    link->client.close(error);
    link->server.close(error);
  }

  Socket client;
  Socket server;
  bool lost = false;
};

Relay::Relay(int server_port)
    : Relay(tcp::endpoint(asio::ip::address_v4::loopback(),
                          static_cast<unsigned short>(server_port))) {}

Relay::Relay(const std::string& server_socket)
    : Relay(asio::local::stream_protocol::endpoint(server_socket)) {}

Relay::Relay(const Protocol::endpoint& server) : server_(server) {
  auto acceptor = std::make_shared<Acceptor>(loop_.executor());
  port_ = acceptor->acceptor.local_endpoint().port();
  loop_.Spawn(Accept(std::move(acceptor)));
}

// Sockets must go before the loop that they belong to.
Relay::~Relay() {
  OnLoop(loop_, [this] { links_.clear(); });
}

Task<void> Relay::Accept(std::shared_ptr<Acceptor> acceptor) {
  boost::system::error_code error;
  while (true) {
    asio::basic_stream_socket<tcp, runtime::Executor> client =
        co_await acceptor->acceptor.async_accept(asio::redirect_error(Awaitable(), error));
    if (error) co_return;
    ++connections_;
    auto link = std::make_shared<Link>(Socket(std::move(client)), loop_.executor());
    links_.push_back(link);
    loop_.Spawn(Connect(std::move(link)));
  }
}

Task<void> Relay::Connect(std::shared_ptr<Link> link) {
  boost::system::error_code error;
  co_await link->server.async_connect(server_, asio::redirect_error(Awaitable(), error));
  if (error) {
    link->client.close(error);
    co_return;
  }
  loop_.Spawn(Link::Pump(link, link->client, link->server, sent_));
  loop_.Spawn(Link::Pump(link, link->server, link->client, received_));
}

void Relay::LoseConnections() {
  OnLoop(loop_, [this] {
    for (const std::shared_ptr<Link>& link : links_) link->lost = true;
  });
}

}  // namespace falcon::testing
