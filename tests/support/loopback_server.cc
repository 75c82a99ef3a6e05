// Serves each connection in a task of one loop.
#include "tests/support/loopback_server.h"

#include <zlib.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "tests/support/on_loop.h"

namespace falcon::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Socket = asio::basic_stream_socket<tcp, runtime::Executor>;
using TlsSocket = asio::ssl::stream<Socket>;
using Awaitable = asio::use_awaitable_t<runtime::Executor>;

asio::ssl::context TlsContext(const LoopbackServer::Options& options) {
  asio::ssl::context context(asio::ssl::context::tls_server);
  context.use_certificate(asio::buffer(options.certificate->pem), asio::ssl::context::pem);
  context.use_private_key(asio::buffer(options.certificate->key_pem), asio::ssl::context::pem);
  if (options.http2) {
    const auto choose_h2 = [](SSL*, const unsigned char** out, unsigned char* size,
                              const unsigned char*, unsigned int, void*) {
      *out = reinterpret_cast<const unsigned char*>("h2");
      *size = 2;
      return SSL_TLSEXT_ERR_OK;
    };
    SSL_CTX_set_alpn_select_cb(context.native_handle(), choose_h2, nullptr);
  }
  return context;
}

std::string Head(int status, const http::Headers& headers) {
  std::string head = StrCat("HTTP/1.1 ", status, " Scripted\r\n");
  for (const auto& [name, value] : headers) head += StrCat(name, ": ", value, "\r\n");
  return head;
}

SeenRequest ParseHead(std::string_view head) {
  SeenRequest request;
  const std::string_view line = head.substr(0, head.find("\r\n"));
  const size_t method_end = line.find(' ');
  const size_t target_end = line.rfind(' ');
  request.method = line.substr(0, method_end);
  request.target = line.substr(method_end + 1, target_end - method_end - 1);
  for (head.remove_prefix(line.size() + 2); head.size() > 2;) {
    const std::string_view header = head.substr(0, head.find("\r\n"));
    const size_t colon = header.find(": ");
    if (colon == std::string_view::npos) {
      request.headers.emplace_back(header.substr(0, header.find(':')), "");
    } else {
      request.headers.emplace_back(header.substr(0, colon), header.substr(colon + 2));
    }
    head.remove_prefix(header.size() + 2);
  }
  return request;
}

}  // namespace

std::string ResponseBytes(int status, std::string_view body, const http::Headers& headers) {
  return StrCat(Head(status, headers), "Content-Length: ", body.size(), "\r\n\r\n", body);
}

std::string ChunkedBytes(int status, std::string_view body, const http::Headers& headers) {
  return StrCat(Head(status, headers), "Transfer-Encoding: chunked\r\n\r\n",
                absl::StrCat(absl::Hex(body.size())), "\r\n", body, "\r\n0\r\n\r\n");
}

Script Reply(int status, std::string_view body, const http::Headers& headers) {
  return {SendBytes{ResponseBytes(status, body, headers)}};
}

std::string Gzip(std::string_view text) {
  constexpr int kGzipFormat = 15 + 16;
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipFormat, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

struct LoopbackServer::Acceptor {
  Acceptor(runtime::Executor executor, const Options& options)
      : acceptor(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    if (options.certificate.has_value()) context.emplace(TlsContext(options));
  }
  asio::basic_socket_acceptor<tcp, runtime::Executor> acceptor;
  std::optional<asio::ssl::context> context;
};

// Lives in the frame of its Run.
template <class Stream>
class LoopbackServer::Connection {
 public:
  Connection(LoopbackServer* server, Stream stream, int number)
      : server_(server), stream_(std::move(stream)), number_(number) {}

  static Task<void> Run(std::shared_ptr<Connection> self) {
    if constexpr (std::is_same_v<Stream, TlsSocket>) {
      co_await self->stream_.async_handshake(asio::ssl::stream_base::server, self->Token());
      if (self->error_) co_return;
    }
    if (!co_await self->Follow(self->server_->options_.welcome)) co_return;
    while (co_await self->ReadRequest()) {
      if (self->server_->handler_ == nullptr) co_return;
      const Script script = self->server_->handler_(self->request_);
      if (!co_await self->Follow(script)) co_return;
    }
  }

 private:
  auto Token() { return asio::redirect_error(Awaitable(), error_); }

  Task<bool> ReadRequest() {
    const size_t head = co_await asio::async_read_until(stream_, asio::dynamic_buffer(buffer_),
                                                        "\r\n\r\n", Token());
    if (error_) co_return false;
    request_ = ParseHead(std::string_view(buffer_).substr(0, head));
    request_.connection = number_;
    buffer_.erase(0, head);
    const std::string length(http::FindHeader(request_.headers, "content-length"));
    const auto body = static_cast<size_t>(std::atoll(length.c_str()));
    if (buffer_.size() < body) {
      const size_t missing = body - buffer_.size();
      co_await asio::async_read(stream_, asio::dynamic_buffer(buffer_),
                                asio::transfer_exactly(missing), Token());
      if (error_) co_return false;
    }
    request_.body = buffer_.substr(0, body);
    buffer_.erase(0, body);
    server_->Note(request_);
    co_return true;
  }

  // False ends the connection.
  Task<bool> Follow(const Script& script) {
    for (const Step& step : script) {
      if (!co_await Perform(step)) co_return false;
    }
    co_return true;
  }

  Task<bool> Perform(const Step& step) {
    if (const auto* send = std::get_if<SendBytes>(&step)) {
      co_await asio::async_write(stream_, asio::buffer(send->bytes), Token());
      if (error_) server_->NoteHangUp();
      co_return !error_;
    }
    if (const auto* wait = std::get_if<WaitFor>(&step)) {
      const std::shared_ptr<runtime::OneShotEvent> gate = server_->FindGate(wait->gate);
      co_await gate->Wait();
      co_return true;
    }
    if (std::holds_alternative<WaitForHangUp>(step)) {
      while (!error_) {
        co_await stream_.async_read_some(asio::buffer(scratch_), Token());
      }
      server_->NoteHangUp();
    }
    if (std::holds_alternative<ResetConnection>(step)) {
      stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0));
    }
    stream_.lowest_layer().close(error_);
    co_return false;
  }

  LoopbackServer* server_;
  Stream stream_;
  int number_;
  std::string buffer_;
  char scratch_[512];
  SeenRequest request_;
  boost::system::error_code error_;
};

LoopbackServer::LoopbackServer(Handler handler, Options options)
    : handler_(std::move(handler)),
      options_(std::move(options)),
      loop_(std::make_unique<runtime::Loop>("server")) {
  auto acceptor = std::make_shared<Acceptor>(loop_->executor(), options_);
  port_ = acceptor->acceptor.local_endpoint().port();
  loop_->Spawn(Accept(std::move(acceptor)));
}

// Gates must go before the loop whose timers they are.
LoopbackServer::~LoopbackServer() {
  OnLoop(*loop_, [this] {
    handler_ = nullptr;
    gates_.clear();
  });
}

Task<void> LoopbackServer::Accept(std::shared_ptr<Acceptor> acceptor) {
  while (true) {
    boost::system::error_code error;
    Socket socket =
        co_await acceptor->acceptor.async_accept(asio::redirect_error(Awaitable(), error));
    if (error) co_return;
    int number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = ++connections_;
    }
    if (acceptor->context.has_value()) {
      TlsSocket stream(std::move(socket), *acceptor->context);
      auto connection = std::make_shared<Connection<TlsSocket>>(this, std::move(stream), number);
      loop_->Spawn(Connection<TlsSocket>::Run(std::move(connection)));
    } else {
      auto connection = std::make_shared<Connection<Socket>>(this, std::move(socket), number);
      loop_->Spawn(Connection<Socket>::Run(std::move(connection)));
    }
  }
}

std::string LoopbackServer::Url(std::string_view path) const {
  return StrCat(options_.certificate.has_value() ? "https" : "http", "://127.0.0.1:", port_, path);
}

void LoopbackServer::Open(std::string gate) {
  loop_->Post([this, gate = std::move(gate)] { FindGate(gate)->Set(); });
}

std::shared_ptr<runtime::OneShotEvent> LoopbackServer::FindGate(const std::string& name) {
  std::shared_ptr<runtime::OneShotEvent>& gate = gates_[name];
  if (gate == nullptr) gate = std::make_shared<runtime::OneShotEvent>(loop_->executor());
  return gate;
}

void LoopbackServer::AwaitRequests(size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return requests_.size() >= count; });
}

void LoopbackServer::AwaitHangUps(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return hang_ups_ >= count; });
}

std::vector<SeenRequest> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int LoopbackServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void LoopbackServer::Note(SeenRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  changed_.notify_all();
}

void LoopbackServer::NoteHangUp() {
  const std::lock_guard lock(mutex_);
  ++hang_ups_;
  changed_.notify_all();
}

}  // namespace falcon::testing
