// An event by the cancelled timer, asio's idiom for one.
#include "run/event.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

namespace falcon::run {

Task<void> Event::Wait() {
  if (set_) co_return;
  boost::system::error_code error;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable_t<Executor>(), error);
  co_await timer_.async_wait(token);
  if (!set_) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

void Event::Set() {
  set_ = true;
  timer_.cancel();
}

}  // namespace falcon::run
