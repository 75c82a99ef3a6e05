// Sockets by asio.
#include "redis/dial.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/text.h"

namespace falcon::redis {
namespace {

using Endpoint = boost::asio::generic::stream_protocol::endpoint;
using boost::asio::ip::tcp;
using Resolver = boost::asio::ip::basic_resolver<tcp, runtime::Executor>;

constexpr std::string_view kUnix = "unix:";

absl::Status Failure(const boost::system::error_code& error) {
  return absl::UnavailableError(ToAbsl(error.message()));
}

Task<absl::StatusOr<std::vector<Endpoint>>> Resolve(std::string host, std::string port) {
  boost::system::error_code error;
  std::vector<Endpoint> endpoints;
  const auto numeric = boost::asio::ip::make_address(host, error);
  if (!error) {
    const auto number = static_cast<unsigned short>(std::strtoul(port.c_str(), nullptr, 10));
    endpoints.emplace_back(tcp::endpoint(numeric, number));
    co_return endpoints;
  }
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  Resolver resolver(executor);
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  const Resolver::results_type results = co_await resolver.async_resolve(host, port, token);
  if (error) co_return Failure(error);
  for (const auto& result : results) endpoints.emplace_back(result.endpoint());
  co_return endpoints;
}

Task<absl::StatusOr<std::vector<Endpoint>>> EndpointsOf(std::string address) {
  if (address.starts_with(kUnix)) {
    const std::string path = address.substr(kUnix.size());
    const boost::asio::local::stream_protocol::endpoint local(path);
    std::vector<Endpoint> endpoints;
    endpoints.emplace_back(local);
    co_return endpoints;
  }
  const size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  std::string port = address.substr(colon + 1);
  co_return co_await Resolve(std::move(host), std::move(port));
}

Task<absl::StatusOr<Socket>> Connect(Endpoint endpoint) {
  const runtime::Executor executor = co_await boost::asio::this_coro::executor;
  Socket socket(executor);
  boost::system::error_code error;
  auto token =
      boost::asio::redirect_error(boost::asio::use_awaitable_t<runtime::Executor>(), error);
  co_await socket.async_connect(endpoint, token);
  if (error) co_return Failure(error);
  // Of no meaning, and no harm, to a local one.
  socket.set_option(tcp::no_delay(true), error);
  co_return socket;
}

}  // namespace

Task<absl::StatusOr<Socket>> Dial(std::string address, size_t first) {
  ASSIGN_OR_CO_RETURN(const std::vector<Endpoint> endpoints,
                      co_await EndpointsOf(std::move(address)));
  absl::Status last = absl::UnavailableError("the name has no address");
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Endpoint& endpoint = endpoints[(first + i) % endpoints.size()];
    absl::StatusOr<Socket> socket = co_await Connect(endpoint);
    if (socket.ok()) co_return socket;
    last = socket.status();
  }
  co_return last;
}

}  // namespace falcon::redis
