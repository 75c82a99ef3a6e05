// A timer that is cancelled, asio's idiom for an event.
#include "runtime/one_shot_event.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>
#include <variant>

namespace falcon::runtime {

Task<void> OneShotEvent::Wait() {
  loop_thread_.Check();
  if (set_) co_return;
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>(), error);
  co_await timer_.async_wait(token);
  if (!set_) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

Task<bool> OneShotEvent::WaitUntil(SteadyTime at, Timer& timer) {
  using boost::asio::experimental::awaitable_operators::operator||;
  if (set_) co_return true;
  Task<void> set = Wait();
  Task<void> late = timer.SleepUntil(at);
  Task<std::variant<std::monostate, std::monostate>> either = std::move(set) || std::move(late);
  try {
    co_await std::move(either);
  } catch (const boost::asio::multiple_exceptions& cancelled) {
    std::rethrow_exception(cancelled.first_exception());
  }
  co_return set_;
}

void OneShotEvent::Set() {
  loop_thread_.Check();
  set_ = true;
  timer_.cancel();
}

}  // namespace falcon::runtime
