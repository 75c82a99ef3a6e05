// Listening, accepting and the threads.
#include "simulator/net/server.h"

#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "simulator/net/session.h"

namespace falcon::simulator {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Clients that offer HTTP/2 are told HTTP/1.1.
int ChooseHttp11(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                 unsigned in_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  const int result = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, in, in_size);
  *out = chosen;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::string LoadTls(const Options& options, std::optional<asio::ssl::context>* tls) {
  if (options.tls_cert.empty() && options.tls_key.empty()) return "";
  if (options.tls_cert.empty() || options.tls_key.empty())
    return "TLS needs both a certificate and a key";
  asio::ssl::context& context = tls->emplace(asio::ssl::context::tls_server);
  boost::system::error_code error;
  context.use_certificate_chain_file(options.tls_cert, error);
  if (error) return "cannot use certificate " + options.tls_cert + ": " + error.message();
  context.use_private_key_file(options.tls_key, asio::ssl::context::pem, error);
  if (error) return "cannot use key " + options.tls_key + ": " + error.message();
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_alpn_select_cb(context.native_handle(), ChooseHttp11, nullptr);
  return "";
}

}  // namespace

struct Server::Impl {
  explicit Impl(const Options& the_options)
      : options(the_options), simulator(the_options), io(the_options.threads), acceptor(io) {}

  std::string Listen() {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(options.listen_address, error);
    if (error) return "invalid listen address '" + options.listen_address + "'";
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(4096, error);
    if (error)
      return "cannot listen on " + options.listen_address + ":" + std::to_string(options.port) +
             ": " + error.message();
    port = acceptor.local_endpoint().port();
    return "";
  }

  asio::awaitable<void> Accept() {
    while (acceptor.is_open()) {
      auto executor = options.threads > 1 ? asio::any_io_executor(asio::make_strand(io))
                                          : asio::any_io_executor(io.get_executor());
      auto [error, socket] =
          co_await acceptor.async_accept(executor, asio::as_tuple(asio::use_awaitable));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        // Out of descriptors, most likely: wait for some to come back.
        asio::steady_timer timer(io, std::chrono::milliseconds(50));
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        continue;
      }
      boost::system::error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      if (tls) {
        asio::co_spawn(executor, ServeTls(std::move(socket), simulator, *tls), asio::detached);
      } else {
        asio::co_spawn(executor, ServePlain(std::move(socket), simulator), asio::detached);
      }
    }
  }

  Options options;
  Simulator simulator;
  std::optional<asio::ssl::context> tls;  // outlives the connections in `io`
  asio::io_context io;
  tcp::acceptor acceptor;
  uint16_t port = 0;
  std::vector<std::thread> threads;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

std::unique_ptr<Server> Server::Start(const Options& options, std::string* error) {
  auto impl = std::make_unique<Impl>(options);
  for (const std::string& fault : options.faults) {
    *error = impl->simulator.AddFault(fault);
    if (!error->empty()) return nullptr;
  }
  *error = LoadTls(options, &impl->tls);
  if (error->empty()) *error = impl->Listen();
  if (!error->empty()) return nullptr;
  asio::co_spawn(impl->io, impl->Accept(), asio::detached);
  for (int i = 0; i < options.threads; ++i)
    impl->threads.emplace_back([io = &impl->io] { io->run(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

Server::~Server() { Stop(); }

void Server::Stop() {
  impl_->io.stop();
  for (std::thread& thread : impl_->threads) thread.join();
  impl_->threads.clear();
}

uint16_t Server::port() const { return impl_->port; }

std::string Server::url() const {
  return (impl_->tls ? "https://" : "http://") + impl_->options.listen_address + ":" +
         std::to_string(impl_->port);
}

Simulator& Server::simulator() { return impl_->simulator; }

}  // namespace falcon::simulator
