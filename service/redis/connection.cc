// One task reads, and one writes while there is something to write.
#include "redis/connection.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <exception>
#include <utility>
#include <vector>

#include "base/text.h"

namespace falcon::redis {
namespace {

constexpr size_t kReadBytes = size_t{64} << 10;

}  // namespace

Connection::Connection(runtime::Executor executor, Access access, size_t most_value_bytes)
    : executor_(executor),
      access_(std::move(access)),
      reader_(most_value_bytes + kReadBytes),
      settled_(executor),
      gone_(executor),
      ended_(executor) {}

void Connection::Open(size_t first) {
  const auto self = shared_from_this();
  boost::asio::co_spawn(
      executor_, Read(self, first),
      boost::asio::bind_cancellation_slot(dialling_.slot(), [self](std::exception_ptr error) {
        if (error) self->Close("dialling or reading broke off");
        self->ended_.Set();
      }));
}

void Connection::Send(std::span<const std::string_view> words, OnReply on_reply) {
  if (gone_.is_set()) return on_reply(nullptr);
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
  if (gone_.is_set()) return;
  why_ = std::move(why);
  gone_.Set();
  settled_.Set();
  boost::system::error_code ignored;  // it is gone either way
  if (socket_.has_value()) {
    socket_->close(ignored);
  } else {
    dialling_.emit(boost::asio::cancellation_type::terminal);
  }
  SecureErase(outbox_);
  waiting_bytes_ = 0;
  const std::deque<Waiting> waiting = std::exchange(waiting_, {});
  for (const Waiting& one : waiting) one.on_reply(nullptr);
}

void Connection::LogIn() {
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
    logged_in_ = true;
    settled_.Set();
  });
}

Task<void> Connection::Read(std::shared_ptr<Connection> self, size_t first) {
  absl::StatusOr<Socket> socket = co_await Dial(self->access_.address, first);
  if (self->gone_.is_set()) co_return;
  if (!socket.ok()) {
    self->Close(std::string(ToStd(socket.status().message())));
    co_return;
  }
  self->socket_.emplace(*std::move(socket));
  self->LogIn();
  std::vector<char> bytes(kReadBytes);
  const boost::asio::mutable_buffer room = boost::asio::buffer(bytes);
  boost::system::error_code error;
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  while (!self->gone_.is_set()) {
    const size_t size = co_await self->socket_->async_read_some(room, token);
    if (error) self->Close(error.message());
    self->Take({bytes.data(), size});
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
    if (!self->logged_in_) SecureErase(bytes);
    if (error) self->Close(error.message());
  }
  self->writing_ = false;
}

void Connection::Take(std::string_view bytes) {
  if (gone_.is_set()) return;
  reader_.Feed(bytes);
  while (!gone_.is_set()) {
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
