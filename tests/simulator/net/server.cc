// Listening, accepting, the loop of one connection, and the ways a fault cuts a reply.
#include "simulator/net/server.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace falcon::simulator {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto kDone = asio::as_tuple(asio::use_awaitable);
constexpr size_t kMaxBody = size_t{32} << 20;
constexpr uint32_t kMaxHeader = 64 << 10;
// Up to this size, head and body are sent in one write: one packet, one TLS record.
constexpr size_t kJoin = 64 << 10;

tcp::socket& Lowest(tcp::socket& stream) { return stream; }
tcp::socket& Lowest(asio::ssl::stream<tcp::socket>& stream) { return stream.next_layer(); }

Request ToRequest(http::request<http::string_body>& parsed) {
  Request request;
  const auto copy = [](auto view) { return std::string(view.data(), view.size()); };
  request.method = copy(parsed.method_string());
  const std::string target = copy(parsed.target());
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos)
    request.query = ParseQuery(std::string_view(target).substr(question + 1));
  request.authorization = copy(parsed[http::field::authorization]);
  request.content_type = copy(parsed[http::field::content_type]);
  request.api_key = copy(parsed["x-apikey"]);
  request.body = std::move(parsed.body());
  return request;
}

std::string Chunk(std::string_view part) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string size;
  for (size_t left = part.size(); left > 0; left >>= 4)
    size.insert(size.begin(), kDigits[left & 15]);
  return size + "\r\n" + std::string(part) + "\r\n";
}

asio::awaitable<void> Sleep(std::chrono::steady_clock::duration duration) {
  asio::steady_timer timer(co_await asio::this_coro::executor, duration);
  co_await timer.async_wait(kDone);
}

// Answers with RST instead of FIN.
void Reset(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

template <typename Stream>
class Session {
 public:
  Session(Stream& stream, Simulator& simulator) : stream_(stream), simulator_(simulator) {}

  asio::awaitable<void> Run() {
    bool open = true;
    while (open) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kMaxBody);
      parser.header_limit(kMaxHeader);
      const auto [error, size] = co_await http::async_read(stream_, buffer_, parser, kDone);
      if (error) co_return;
      const bool keep_alive = parser.get().keep_alive();
      const Reply reply = simulator_.Handle(ToRequest(parser.get()));
      open = co_await Answer(reply, keep_alive && !reply.delivery.close);
    }
  }

 private:
  // False when the connection is over.
  asio::awaitable<bool> Answer(const Reply& reply, bool keep_alive) {
    const Delivery& delivery = reply.delivery;
    if (delivery.delay.count() > 0) co_await Sleep(delivery.delay);
    const auto date = std::find_if(reply.headers.begin(), reply.headers.end(),
                                   [](const auto& header) { return header.first == "Date"; });
    if (delivery.cut != Delivery::Cut::kNone && !delivery.cut_after_body_bytes) {
      co_await Break(delivery.cut);
      co_return false;
    }
    std::string head =
        Head(reply, date == reply.headers.end() ? simulator_.Date() : date->second, keep_alive);
    if (delivery.bytes_per_second > 0)
      co_return co_await Trickle(std::move(head), reply) && keep_alive;
    if (delivery.cut != Delivery::Cut::kNone) {
      const std::string_view part =
          std::string_view(reply.body).substr(0, *delivery.cut_after_body_bytes);
      head += delivery.chunked && !part.empty() ? Chunk(part) : std::string(part);
      co_await Write(asio::buffer(head));
      // Lets the bytes arrive before a reset could overtake them.
      co_await Sleep(std::chrono::milliseconds(20));
      co_await Break(delivery.cut);
      co_return false;
    }
    co_return co_await WriteAll(std::move(head), reply) && keep_alive;
  }

  asio::awaitable<bool> WriteAll(std::string head, const Reply& reply) {
    if (head.size() + reply.body.size() <= kJoin) {
      head += reply.body;
      co_return co_await Write(asio::buffer(head));
    }
    co_return co_await Write(asio::buffer(head)) && co_await Write(asio::buffer(reply.body));
  }

  asio::awaitable<bool> Trickle(std::string head, const Reply& reply) {
    if (!co_await Write(asio::buffer(head))) co_return false;
    // Ten slices a second, so that a slow body arrives steadily.
    const size_t slice = std::max<size_t>(1, reply.delivery.bytes_per_second / 10);
    const auto pause = std::chrono::milliseconds(
        std::max<size_t>(100, 1000 * slice / reply.delivery.bytes_per_second));
    for (size_t at = 0; at < reply.body.size(); at += slice) {
      if (!co_await Write(
              asio::buffer(reply.body.data() + at, std::min(slice, reply.body.size() - at))))
        co_return false;
      co_await Sleep(pause);
    }
    co_return true;
  }

  asio::awaitable<void> Break(Delivery::Cut cut) {
    boost::system::error_code ignored;
    if (cut == Delivery::Cut::kStall) {
      // Holds the connection until the peer closes it or sends more.
      std::array<char, 1> byte;
      co_await Lowest(stream_).async_read_some(asio::buffer(byte), kDone);
    }
    if (cut == Delivery::Cut::kReset) {
      Reset(Lowest(stream_));
    } else {
      Lowest(stream_).close(ignored);
    }
  }

  template <typename Buffer>
  asio::awaitable<bool> Write(Buffer buffer) {
    const auto [error, size] = co_await asio::async_write(stream_, buffer, kDone);
    co_return !error;
  }

  Stream& stream_;
  Simulator& simulator_;
  boost::beast::flat_buffer buffer_;
};

// Selects HTTP/1.1, also for clients that offer HTTP/2.
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

// Both end when the peer goes away, sends nonsense, or the reply says so.
asio::awaitable<void> ServePlain(tcp::socket socket, Simulator& simulator) {
  Session<tcp::socket> session(socket, simulator);
  co_await session.Run();
  boost::system::error_code ignored;
  socket.shutdown(tcp::socket::shutdown_both, ignored);
}

asio::awaitable<void> ServeTls(tcp::socket socket, Simulator& simulator, asio::ssl::context& tls) {
  asio::ssl::stream<tcp::socket> stream(std::move(socket), tls);
  const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kDone);
  if (error) co_return;
  Session<asio::ssl::stream<tcp::socket>> session(stream, simulator);
  co_await session.Run();
  if (stream.next_layer().is_open()) co_await stream.async_shutdown(kDone);
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
        // Most likely out of descriptors: wait until some are free.
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
