// Listening and accepting, and the thread that all connections live on.
#include "mcp/transport/http.h"

#include <openssl/ssl.h>
#include <pthread.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "mcp/transport/http_connection.h"

namespace falcon::mcp {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// How many connections above the limit are told so, before further ones are just closed.
constexpr size_t kMaxTurnedAway = 16;
constexpr std::chrono::milliseconds kAcceptRetry{50};
// What a client that does not read may hold of the kernel's memory.
constexpr int kSendBufferBytes = 128 * 1024;

class Listener : public HttpTransport {
 public:
  Listener(Server& server, const HttpOptions& options)
      : site_{server, RequestValidator(options), options.timeouts},
        most_connections_(options.most_connections),
        acceptor_(io_),
        retry_(io_) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() override;

  absl::Status UseTls(const HttpOptions& options);
  absl::Status Bind(const tcp::endpoint& endpoint);
  void Start();

  uint16_t port() const override { return port_; }

 private:
  asio::awaitable<void> Accept();
  void Take(tcp::socket socket);
  // Lets an unproven connection go where a new one of `remote` would be too many of them.
  void MakeRoom(const asio::ip::address& remote);
  // Whether there is no place for one more.
  bool Full(const asio::ip::address& remote) const;

  asio::io_context io_{1};  // before all that lives on it
  std::optional<asio::ssl::context> tls_;
  const HttpSite site_;
  const size_t most_connections_;
  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  struct Guest {
    asio::ip::address remote;
    std::shared_ptr<HttpConnection> connection;
  };
  std::list<Guest> guests_;  // the oldest first
  uint16_t port_ = 0;
  std::thread thread_;
};

Listener::~Listener() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    for (const Guest& guest : guests_) guest.connection->Stop();
  });
  // Ends by itself, once every connection has ended.
  thread_.join();
}

absl::Status Listener::UseTls(const HttpOptions& options) {
  asio::ssl::context& context = tls_.emplace(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context.native_handle(), SSL_OP_NO_RENEGOTIATION);
  boost::system::error_code error;
  context.use_certificate_chain(asio::buffer(options.certificate_pem), error);
  if (error) {
    return absl::InvalidArgumentError("The TLS certificate cannot be used: " + error.message());
  }
  context.use_private_key(asio::buffer(options.private_key_pem), asio::ssl::context::pem, error);
  if (error) {
    return absl::InvalidArgumentError("The TLS key cannot be used with this certificate: " +
                                      error.message());
  }
  return absl::OkStatus();
}

absl::Status Listener::Bind(const tcp::endpoint& endpoint) {
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError("Cannot listen on " + endpoint.address().to_string() + ", port " +
                                  std::to_string(endpoint.port()) + ": " + error.message());
  }
  port_ = acceptor_.local_endpoint(error).port();
  return absl::OkStatus();
}

void Listener::Start() {
  asio::co_spawn(io_, Accept(), asio::detached);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "mcp-http");
    io_.run();
  });
}

asio::awaitable<void> Listener::Accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!acceptor_.is_open()) co_return;
    if (!error) {
      Take(std::move(socket));
      continue;
    }
    // Out of descriptors, most likely: wait for some to come back.
    retry_.expires_after(kAcceptRetry);
    co_await retry_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void Listener::Take(tcp::socket socket) {
  boost::system::error_code error;
  auto address = socket.local_endpoint(error).address();
  const asio::ip::address remote = error ? address : socket.remote_endpoint(error).address();
  if (error || guests_.size() >= most_connections_ + kMaxTurnedAway) return;
  socket.set_option(tcp::no_delay(true), error);
  socket.set_option(tcp::socket::send_buffer_size(kSendBufferBytes), error);
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  MakeRoom(remote);
  auto stream = tls_ ? HttpStream(std::move(socket), *tls_) : HttpStream(std::move(socket));
  const auto connection = std::make_shared<HttpConnection>(
      std::move(stream), io_.get_executor(), site_, address.to_string(), Full(remote));
  const auto place = guests_.insert(guests_.end(), {remote, connection});
  asio::co_spawn(io_, connection->Run(), [this, connection, place](const std::exception_ptr&) {
    connection->Stop();
    guests_.erase(place);
  });
}

void Listener::MakeRoom(const asio::ip::address& remote) {
  size_t all = 0;
  size_t of_remote = 0;
  const Guest* oldest = nullptr;
  const Guest* oldest_of_remote = nullptr;
  for (const Guest& guest : guests_) {
    if (guest.connection->proven() || guest.connection->stopping()) continue;
    ++all;
    if (oldest == nullptr) oldest = &guest;
    if (guest.remote != remote) continue;
    ++of_remote;
    if (oldest_of_remote == nullptr) oldest_of_remote = &guest;
  }
  if (oldest_of_remote != nullptr && 4 * of_remote >= most_connections_) {
    oldest_of_remote->connection->Stop();
  } else if (oldest != nullptr && (2 * all >= most_connections_ || Full(remote))) {
    oldest->connection->Stop();
  }
}

bool Listener::Full(const asio::ip::address& remote) const {
  size_t all = 0;
  size_t of_remote = 0;
  for (const Guest& guest : guests_) {
    if (guest.connection->stopping()) continue;
    ++all;
    if (guest.remote == remote) ++of_remote;
  }
  return all >= most_connections_ ||
         (!remote.is_loopback() && 4 * of_remote >= 3 * most_connections_);
}

absl::Status CheckExposure(const HttpOptions& options, bool loopback) {
  if (options.certificate_pem.empty() != options.private_key_pem.empty()) {
    return absl::InvalidArgumentError("TLS needs both a certificate and its private key.");
  }
  const bool secure = !options.certificate_pem.empty() || options.allow_insecure;
  if (loopback || (!options.token.empty() && secure)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "Off loopback (" + options.address +
      ") clients need a token, and it must not travel in the clear: give --http-token-file, "
      "--http-tls-cert and --http-tls-key, or listen on 127.0.0.1. With --allow-insecure-listen "
      "TLS may "
      "be missing, the token never.");
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpTransport>> HttpTransport::Listen(Server& server,
                                                                     HttpOptions options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return absl::InvalidArgumentError("'" + options.address +
                                      "' is not a numeric address such as 127.0.0.1 or ::1.");
  }
  if (auto status = CheckExposure(options, address.is_loopback()); !status.ok()) return status;
  auto listener = std::make_unique<Listener>(server, options);
  if (!options.certificate_pem.empty()) {
    if (auto status = listener->UseTls(options); !status.ok()) return status;
  }
  if (auto status = listener->Bind({address, options.port}); !status.ok()) return status;
  listener->Start();
  return listener;
}

}  // namespace falcon::mcp
