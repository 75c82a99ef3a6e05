// The thread behind the loop, and real time by asio's timer.
#include "runtime/loop.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

namespace falcon::runtime {

Loop::Loop(std::string name)
    : thread_([this, name = std::move(name)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        context_.run();
      }) {}

Loop::~Loop() { Stop(); }

void Loop::Spawn(Task<void> task) {
  boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
}

void Loop::Stop() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

Task<void> LoopTimer::SleepUntil(SteadyTime at) {
  const Executor executor = co_await boost::asio::this_coro::executor;
  SteadyTimer timer(executor, at);
  co_await timer.async_wait(boost::asio::use_awaitable_t<Executor>());
}

}  // namespace falcon::runtime
