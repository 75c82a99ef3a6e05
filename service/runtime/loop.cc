// The thread behind the loop.
#include "runtime/loop.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

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

}  // namespace falcon::runtime
