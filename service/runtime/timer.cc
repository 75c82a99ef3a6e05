// Real time by asio's timer.
#include "runtime/timer.h"

#include <boost/asio/this_coro.hpp>

namespace falcon::runtime {

Task<void> LoopTimer::SleepUntil(SteadyTime at) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  SteadyTimer timer(executor, at);
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>());
}

}  // namespace falcon::runtime
