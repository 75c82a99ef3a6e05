// One nghttp2 session for each connection, and one poll for all.
#include "tests/bench/h2_load.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace falcon::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int32_t kWindow = 1 << 30;

int Connect(const std::string& address) {
  const size_t colon = address.rfind(':');
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string host = address.substr(0, colon);
  if (getaddrinfo(host.c_str(), address.c_str() + colon + 1, &hints, &found) != 0) {
    throw std::runtime_error("no such address: " + address);
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> one(found, &freeaddrinfo);
  const int fd = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
    throw std::runtime_error("cannot connect to " + address);
  }
  return fd;
}

// A message with the prefix of gRPC.
std::string Framed(std::string_view message) {
  std::string framed(5, '\0');
  const auto size = static_cast<uint32_t>(message.size());
  for (size_t i = 0; i < 4; ++i) framed[1 + i] = static_cast<char>(size >> (24 - 8 * i));
  return framed.append(message);
}

nghttp2_nv Header(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

class Load {
 public:
  Load(const H2LoadOptions& options, const std::function<std::string(int)>& message)
      : options_(options), message_(message) {}

  H2LoadResult Run();

 private:
  struct Call {
    std::string body;
    size_t sent = 0;
    bool ok = false;
    Clock::time_point start;
  };
  struct Connection {
    Load* load;
    int fd;
    nghttp2_session* session = nullptr;
  };

  static ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t* out, size_t room, uint32_t* flags,
                          nghttp2_data_source* source, void*);
  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t, void*);
  static int OnClose(nghttp2_session* session, int32_t stream, uint32_t error, void* connection);

  void Open(Connection& connection);
  void Next(Connection& connection);
  void Ended(const Call& call);
  void Flush(Connection& connection);
  void Receive(Connection& connection);

  const H2LoadOptions& options_;
  const std::function<std::string(int)>& message_;
  std::vector<std::unique_ptr<Connection>> connections_;
  int started_ = 0;
  H2LoadResult result_;
};

ssize_t Load::ReadBody(nghttp2_session*, int32_t, uint8_t* out, size_t room, uint32_t* flags,
                       nghttp2_data_source* source, void*) {
  auto& call = *static_cast<Call*>(source->ptr);
  const size_t bytes = std::min(room, call.body.size() - call.sent);
  std::memcpy(out, call.body.data() + call.sent, bytes);
  call.sent += bytes;
  if (call.sent == call.body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
  return static_cast<ssize_t>(bytes);
}

int Load::OnHeader(nghttp2_session* session, const nghttp2_frame* frame, const uint8_t* name,
                   size_t name_size, const uint8_t* value, size_t value_size, uint8_t, void*) {
  const auto text = [](const uint8_t* data, size_t size) {
    return std::string_view(reinterpret_cast<const char*>(data), size);
  };
  auto* call =
      static_cast<Call*>(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
  if (call != nullptr && text(name, name_size) == "grpc-status") {
    call->ok = text(value, value_size) == "0";
  }
  return 0;
}

int Load::OnClose(nghttp2_session* session, int32_t stream, uint32_t, void* connection) {
  const std::unique_ptr<Call> call(
      static_cast<Call*>(nghttp2_session_get_stream_user_data(session, stream)));
  auto& on = *static_cast<Connection*>(connection);
  if (call == nullptr) return 0;
  on.load->Ended(*call);
  on.load->Next(on);
  return 0;
}

void Load::Open(Connection& connection) {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_header_callback(callbacks, &Load::OnHeader);
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &Load::OnClose);
  nghttp2_session_client_new(&connection.session, callbacks, &connection);
  nghttp2_session_callbacks_del(callbacks);
  const nghttp2_settings_entry window{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow};
  nghttp2_submit_settings(connection.session, NGHTTP2_FLAG_NONE, &window, 1);
  nghttp2_session_set_local_window_size(connection.session, NGHTTP2_FLAG_NONE, 0, kWindow);
}

void Load::Next(Connection& connection) {
  if (started_ == options_.calls) return;
  auto* call = new Call{.body = Framed(message_(started_++)), .start = Clock::now()};
  const std::array headers = {Header(":method", "POST"),
                              Header(":scheme", "http"),
                              Header(":path", options_.path),
                              Header(":authority", options_.address),
                              Header("content-type", "application/grpc"),
                              Header("te", "trailers")};
  nghttp2_data_provider body{};
  body.source.ptr = call;
  body.read_callback = &Load::ReadBody;
  const int32_t stream = nghttp2_submit_request(connection.session, nullptr, headers.data(),
                                                headers.size(), &body, call);
  if (stream >= 0) return;
  Ended(*call);
  delete call;
}

void Load::Ended(const Call& call) {
  const std::chrono::duration<double, std::micro> took = Clock::now() - call.start;
  result_.micros.push_back(took.count());
  result_.failed += call.ok ? 0 : 1;
}

void Load::Flush(Connection& connection) {
  std::string out;
  const uint8_t* data = nullptr;
  for (ssize_t bytes; (bytes = nghttp2_session_mem_send(connection.session, &data)) > 0;) {
    out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(bytes));
  }
  for (size_t at = 0; at < out.size();) {
    const ssize_t bytes = send(connection.fd, out.data() + at, out.size() - at, MSG_NOSIGNAL);
    if (bytes <= 0) throw std::runtime_error("the connection broke");
    at += static_cast<size_t>(bytes);
  }
}

void Load::Receive(Connection& connection) {
  std::array<uint8_t, size_t{256} << 10> buffer;
  const ssize_t bytes = recv(connection.fd, buffer.data(), buffer.size(), 0);
  if (bytes <= 0) throw std::runtime_error("the connection broke");
  nghttp2_session_mem_recv(connection.session, buffer.data(), static_cast<size_t>(bytes));
}

H2LoadResult Load::Run() {
  const auto start = Clock::now();
  std::vector<pollfd> polled;
  for (int i = 0; i < options_.connections; ++i) {
    connections_.push_back(
        std::make_unique<Connection>(Connection{this, Connect(options_.address)}));
    Open(*connections_.back());
    polled.push_back({connections_.back()->fd, POLLIN, 0});
  }
  for (int i = 0; i < options_.in_flight; ++i) {
    Next(*connections_[static_cast<size_t>(i) % connections_.size()]);
  }
  for (const auto& connection : connections_) Flush(*connection);
  while (static_cast<int>(result_.micros.size()) < options_.calls) {
    poll(polled.data(), polled.size(), -1);
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      Receive(*connections_[i]);
      Flush(*connections_[i]);
    }
  }
  result_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  for (const auto& connection : connections_) {
    nghttp2_session_del(connection->session);
    close(connection->fd);
  }
  return std::move(result_);
}

}  // namespace

H2LoadResult RunH2Load(const H2LoadOptions& options,
                       const std::function<std::string(int)>& message) {
  return Load(options, message).Run();
}

}  // namespace falcon::bench
