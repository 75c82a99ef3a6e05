// The thread behind the loop.
#include "run/loop.h"

#include <pthread.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace falcon::run {

Loop::Loop(std::string name)
    : thread_([this, name = std::move(name)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        context_.run();
      }) {}

Loop::~Loop() {
  Stop();
  thread_.join();
}

void Loop::Spawn(Task<void> task) {
  boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
}

void Loop::Stop() { context_.stop(); }

}  // namespace falcon::run
