// Connecting to where Redis is said to be.
#ifndef FALCON_REDIS_DIAL_H_
#define FALCON_REDIS_DIAL_H_

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "runtime/task.h"

namespace falcon::redis {

using Socket =
    boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, runtime::Executor>;

// A socket that is connected to `address`: HOST:PORT (an IPv6 address in brackets) or unix:PATH.
// Names are resolved on asio's own thread. Of the addresses behind one, that with the number `first`
// is tried first, counted round and round, and then the others in turn. UNAVAILABLE says why not.
// Loop thread.
//
// It has no limit of its own: cancel it. That ends a connect at once. A resolve goes on until the
// system gives it up, and nothing is connected then.
Task<absl::StatusOr<Socket>> Dial(std::string address, size_t first);

}  // namespace falcon::redis

#endif  // FALCON_REDIS_DIAL_H_
