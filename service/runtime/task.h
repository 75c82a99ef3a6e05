// Task<T>: a coroutine of the loop. Other rooms know asio's awaitable by this name alone.
//
// A cancelled task is unwound by an exception at its next suspension: clean up in destructors, and
// never wait there. An expression with co_await holds no braced initializer and no capture by value,
// which GCC 12 miscompiles silently: name them on the line above.
#ifndef FALCON_RUNTIME_TASK_H_
#define FALCON_RUNTIME_TASK_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace falcon::runtime {

using Executor = boost::asio::io_context::executor_type;

template <class T>
using Task = boost::asio::awaitable<T, Executor>;

}  // namespace falcon::runtime

namespace falcon {
using runtime::Task;
}  // namespace falcon

#endif  // FALCON_RUNTIME_TASK_H_
