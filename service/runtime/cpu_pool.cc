// Threads below the loop's priority, and the wait for them.
#include "runtime/cpu_pool.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <utility>

#include "runtime/one_shot_event.h"

namespace falcon::runtime {
namespace {

namespace this_coro = boost::asio::this_coro;
using boost::asio::cancellation_type;

constexpr int kNiceness = 5;

void Serve(boost::asio::io_context& context) {
  pthread_setname_np(pthread_self(), "cpu-pool");
  // On Linux the priority is the thread's own.
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
  context.run();
}

}  // namespace

CpuPool::CpuPool(Loop& loop, int threads) : loop_(loop), guard_(context_.get_executor()) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Serve(context_); });
}

void CpuPool::Stop() {
  context_.stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Task<void> CpuPool::Run(std::function<void()> work) {
  const auto done = std::make_shared<OneShotEvent>(loop_.executor());
  Post([this, done, work = std::move(work)] {
    work();
    loop_.Post([done] { done->Set(); });
  });
  // A cancellation is recorded and does not end the wait.
  co_await this_coro::reset_cancellation_state(boost::asio::enable_terminal_cancellation(),
                                               boost::asio::disable_cancellation());
  co_await this_coro::throw_if_cancelled(false);
  co_await done->Wait();
  const auto state = co_await this_coro::cancellation_state;
  const bool cancelled = state.cancelled() != cancellation_type::none;
  co_await this_coro::reset_cancellation_state(boost::asio::enable_terminal_cancellation());
  co_await this_coro::throw_if_cancelled(true);
  if (cancelled) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

Task<void> RunHeavy(CpuPool* pool, bool heavy, std::function<void()> work) {
  if (pool == nullptr || !heavy) {
    work();
    co_return;
  }
  co_await pool->Run(std::move(work));
}

}  // namespace falcon::runtime
