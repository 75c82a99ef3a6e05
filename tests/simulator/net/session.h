// One connection: read a request, answer it, again.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "simulator/simulator.h"

namespace falcon::simulator {

// Both end when the peer goes away, sends nonsense, or the reply says so. `simulator` and `tls`
// outlive them.
boost::asio::awaitable<void> ServePlain(boost::asio::ip::tcp::socket socket, Simulator& simulator);
boost::asio::awaitable<void> ServeTls(boost::asio::ip::tcp::socket socket, Simulator& simulator,
                                      boost::asio::ssl::context& tls);

}  // namespace falcon::simulator
