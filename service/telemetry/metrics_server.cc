// Beast over one io_context; one coroutine for each connection.
#include "telemetry/metrics_server.h"

#include <pthread.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace falcon::telemetry {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;
using Stream = boost::beast::tcp_stream;

class BeastServer final : public MetricsServer {
 public:
  BeastServer(MetricsServerOptions options, MetricsPages pages)
      : options_(std::move(options)), pages_(std::move(pages)) {}
  ~BeastServer() override {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Start() {
    const size_t colon = options_.listen.rfind(':');
    std::string host = options_.listen.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto found = Tcp::resolver(context_).resolve(host, options_.listen.substr(colon + 1),
                                                       Tcp::resolver::passive, error);
    const Tcp::endpoint endpoint = error ? Tcp::endpoint() : found.begin()->endpoint();
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Error(
          absl::StatusCode::kUnavailable, "LISTEN_FAILED",
          StrCat("--metrics-listen: cannot listen on ", options_.listen, ": ", error.message()));
    }
    asio::co_spawn(context_, Accept(), asio::detached);
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), "metrics");
      context_.run();
    });
    return absl::OkStatus();
  }

  std::string address() const override {
    return StrCat(options_.listen.substr(0, options_.listen.rfind(':')), ":",
                  acceptor_.local_endpoint().port());
  }

 private:
  asio::awaitable<void> Accept() {
    asio::steady_timer pause(context_);
    while (true) {
      boost::system::error_code error;
      Tcp::socket socket =
          co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        // Most likely out of descriptors: try again in a moment.
        pause.expires_after(seconds(1));
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (connections_ >= options_.max_connections) continue;
      ++connections_;
      asio::co_spawn(context_, Serve(Stream(std::move(socket))),
                     [this](const std::exception_ptr&) { --connections_; });
    }
  }

  asio::awaitable<void> Serve(Stream stream) {
    boost::beast::flat_buffer buffer(options_.max_head_bytes);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(static_cast<uint32_t>(options_.max_head_bytes));
    boost::system::error_code error;
    stream.expires_after(options_.timeout);
    co_await http::async_read_header(stream, buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    Response response = Answer(parser.get());
    stream.expires_after(options_.timeout);
    if (parser.get().method() == http::verb::head) {
      http::response_serializer<http::string_body> serializer(response);
      co_await http::async_write_header(stream, serializer,
                                        asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await http::async_write(stream, response,
                                 asio::redirect_error(asio::use_awaitable, error));
    }
    stream.socket().shutdown(Tcp::socket::shutdown_send, error);
  }

  Response Answer(const Request& request) const {
    Response response(http::status::ok, 11);
    response.keep_alive(false);
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    response.set(http::field::cache_control, "no-store");
    const std::string_view target(request.target().data(), request.target().size());
    const std::string_view path = target.substr(0, target.find('?'));
    if (request.method() != http::verb::get && request.method() != http::verb::head) {
      response.result(http::status::method_not_allowed);
      response.set(http::field::allow, "GET, HEAD");
    } else if (path == "/metrics") {
      response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response.body() = pages_.metrics();
    } else if (path == "/healthz") {
      response.body() = "ok\n";
    } else if (path == "/readyz") {
      const std::string why = pages_.not_ready();
      response.body() = StrCat(why.empty() ? "ok" : why, "\n");
      if (!why.empty()) response.result(http::status::service_unavailable);
    } else {
      response.result(http::status::not_found);
      response.body() = "not found; the pages are /metrics, /healthz and /readyz\n";
    }
    response.prepare_payload();
    return response;
  }

  const MetricsServerOptions options_;
  const MetricsPages pages_;
  size_t connections_ = 0;  // the thread's own
  asio::io_context context_{1};
  Tcp::acceptor acceptor_{context_};
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<MetricsServer>> MetricsServer::Listen(MetricsServerOptions options,
                                                                     MetricsPages pages) {
  auto server = std::make_unique<BeastServer>(std::move(options), std::move(pages));
  absl::Status started = server->Start();
  if (!started.ok()) return started;
  return server;
}

}  // namespace falcon::telemetry
