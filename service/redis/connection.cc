// Sockets by asio. One task reads, and one writes while there is something to write.
#include "redis/connection.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace falcon::redis {

namespace {

using Endpoint = boost::asio::generic::stream_protocol::endpoint;
using boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<tcp, runtime::Executor>;

constexpr std::string_view kUnix = "unix:";

absl::Status Failure(const boost::system::error_code& error) {
  return absl::UnavailableError(ToAbsl(error.message()));
}

Task<absl::StatusOr<std::vector<Endpoint>>> Resolve(std::string host, std::string port) {
  boost::system::error_code error;
  std::vector<Endpoint> endpoints;
  const auto numeric = boost::asio::ip::make_address(host, error);
  if (!error) {
    const auto number = static_cast<unsigned short>(std::strtoul(port.c_str(), nullptr, 10));
    endpoints.emplace_back(tcp::endpoint(numeric, number));
    co_return endpoints;
  }
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  Resolver resolver(executor);
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  const Resolver::results_type results = co_await resolver.async_resolve(host, port, token);
  if (error) co_return Failure(error);
  for (const auto& result : results) endpoints.emplace_back(result.endpoint());
  co_return endpoints;
}

Task<absl::StatusOr<std::vector<Endpoint>>> EndpointsOf(std::string address) {
  if (address.starts_with(kUnix)) {
    const std::string path = address.substr(kUnix.size());
    const boost::asio::local::stream_protocol::endpoint local(path);
    std::vector<Endpoint> endpoints;
    endpoints.emplace_back(local);
    co_return endpoints;
  }
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  std::string port = address.substr(colon + 1);
  co_return co_await Resolve(std::move(host), std::move(port));
}

Task<absl::StatusOr<Socket>> Connect(Endpoint endpoint) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  Socket socket(executor);
  boost::system::error_code error;
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  co_await socket.async_connect(endpoint, token);
  if (error) co_return Failure(error);
  // Fails harmlessly on a local socket.
  socket.set_option(tcp::no_delay(true), error);
  co_return socket;
}

constexpr size_t kReadBytes = size_t{64} << 10;

// A socket connected to HOST:PORT (an IPv6 address in brackets) or unix:PATH. It has no limit of
// its own: cancel it, which ends a connect at once.
Task<absl::StatusOr<Socket>> Dial(std::string address, size_t first) {
  ASSIGN_OR_CO_RETURN(const std::vector<Endpoint> endpoints,
                      co_await EndpointsOf(std::move(address)));
  absl::Status last = absl::UnavailableError("the name has no address");
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints[(first + i) % endpoints.size()];
    absl::StatusOr<Socket> socket = co_await Connect(endpoint);
    if (socket.ok()) co_return socket;
    last = socket.status();
  }
  co_return last;
}

}  // namespace

Connection::Connection(runtime::Executor executor, Access access, size_t max_value_bytes)
    : loop_thread_(executor),
      executor_(executor),
      access_(std::move(access)),
      reader_(max_value_bytes + kReadBytes),
      settled_(executor),
      closed_(executor),
      ended_(executor) {}

void Connection::Open(size_t first) {
  const auto self = shared_from_this();
  boost::asio::co_spawn(
      executor_, Read(self, first),
      boost::asio::bind_cancellation_slot(connecting_.slot(), [self](std::exception_ptr error) {
        if (error) self->Close("connecting or reading broke off");
        self->ended_.Set();
      }));
}

void Connection::Send(std::span<const std::string_view> words, OnReply on_reply) {
  loop_thread_.Check();
  if (closed_.is_set()) return on_reply(nullptr);
  std::string command = CommandText(words);
  waiting_.push_back({command.size(), std::move(on_reply)});
  waiting_bytes_ += command.size();
  outbox_ += command;
  SecureErase(command);
  if (std::exchange(writing_, true)) return;
  const auto self = shared_from_this();
  boost::asio::co_spawn(executor_, Write(self), [self](std::exception_ptr error) {
    if (error) self->Close("writing broke off");
  });
}

void Connection::Close(std::string why) {
  if (closed_.is_set()) return;
  why_ = std::move(why);
  closed_.Set();
  settled_.Set();
  boost::system::error_code ignored;  // it is gone either way
  if (socket_.has_value()) {
    socket_->close(ignored);
  } else {
    connecting_.emit(boost::asio::cancellation_type::terminal);
  }
  SecureErase(outbox_);
  waiting_bytes_ = 0;
  const std::deque<Waiting> waiting = std::exchange(waiting_, {});
  for (const Waiting& one : waiting) one.on_reply(nullptr);
}

void Connection::Authenticate() {
  const auto refused = [this](const Reply* reply) {
    const bool error = reply != nullptr && reply->kind == Reply::Kind::kError;
    if (error) Close(StrCat("Redis answers ", CodeOf(*reply)));
    return error || reply == nullptr;
  };
  if (!access_.password.empty()) {
    std::vector<std::string_view> words = {"AUTH"};
    if (!access_.user.empty()) words.emplace_back(access_.user);
    words.emplace_back(access_.password.Reveal());
    Send(words, refused);
  }
  constexpr std::string_view kPing[] = {"PING"};
  Send(kPing, [this, refused](const Reply* reply) {
    if (refused(reply)) return;
    authenticated_ = true;
    settled_.Set();
  });
}

Task<void> Connection::Read(std::shared_ptr<Connection> self, size_t first) {
  absl::StatusOr<Socket> socket = co_await Dial(self->access_.address, first);
  if (self->closed_.is_set()) co_return;
  if (!socket.ok()) {
    self->Close(std::string(ToStd(socket.status().message())));
    co_return;
  }
  self->socket_.emplace(*std::move(socket));
  self->Authenticate();
  std::vector<char> bytes(kReadBytes);
  const boost::asio::mutable_buffer room = boost::asio::buffer(bytes);
  boost::system::error_code error;
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  while (!self->closed_.is_set()) {
    const size_t size = co_await self->socket_->async_read_some(room, token);
    if (error) self->Close(error.message());
    self->HandleReplies({bytes.data(), size});
  }
}

Task<void> Connection::Write(std::shared_ptr<Connection> self) {
  boost::system::error_code error;
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  while (!self->outbox_.empty()) {
    std::string bytes = std::exchange(self->outbox_, {});
    const boost::asio::const_buffer rest = boost::asio::buffer(bytes);
    co_await boost::asio::async_write(*self->socket_, rest, token);
    if (!self->authenticated_) SecureErase(bytes);
    if (error) self->Close(error.message());
  }
  self->writing_ = false;
}

void Connection::HandleReplies(std::string_view bytes) {
  if (closed_.is_set()) return;
  reader_.Feed(bytes);
  while (!closed_.is_set()) {
    absl::StatusOr<std::optional<Reply>> reply = reader_.Next();
    if (!reply.ok()) return Close(std::string(ToStd(reply.status().message())));
    if (!reply->has_value()) return;
    if (waiting_.empty()) return Close("a reply came that nobody asked for");
    const Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_bytes_ -= first.bytes;
    first.on_reply(&**reply);
  }
}

}  // namespace falcon::redis
