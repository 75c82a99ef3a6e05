// Task<T>: a coroutine of the loop. The one name under which other rooms know asio's awaitable.
//
// A cancelled task is unwound by an exception at its next suspension; clean up in destructors, and
// never wait there. Rule of the house (GCC miscompiles the rest silently): nothing built with
// braces and nothing captured by value stands in the same expression as co_await; name it on the
// line above.
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
