// An HTTP/1.1 server on a free port of 127.0.0.1 that follows a script.
#ifndef FALCON_TESTS_SUPPORT_LOOPBACK_SERVER_H_
#define FALCON_TESTS_SUPPORT_LOOPBACK_SERVER_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http/http_transport.h"
#include "runtime/loop.h"
#include "runtime/one_shot_event.h"
#include "tests/support/self_signed_cert.h"

namespace falcon::testing {

// Steps of a script. Without Reset or Close the connection stays open and waits for the next
// request.
struct SendBytes {
  std::string bytes;
};
struct WaitFor {
  std::string gate;  // opened by LoopbackServer::Open with this name; stays open
};
struct WaitForHangUp {};  // until the client closes or resets
struct ResetConnection {};
struct CloseConnection {};

using Step = std::variant<SendBytes, WaitFor, WaitForHangUp, ResetConnection, CloseConnection>;
using Script = std::vector<Step>;

// The bytes of a response with Content-Length.
std::string ResponseBytes(int status, std::string_view body, const http::Headers& headers = {});
// The same with the chunked coding, in one chunk.
std::string ChunkedBytes(int status, std::string_view body, const http::Headers& headers = {});
// A script that sends ResponseBytes.
Script Reply(int status, std::string_view body, const http::Headers& headers = {});
std::string Gzip(std::string_view text);

struct SeenRequest {
  std::string method;
  std::string target;
  http::Headers headers;
  std::string body;
  int connection = 0;  // counted from 1, in the order of acceptance
};

// One thread serves all connections. Methods: the test's thread.
class LoopbackServer {
 public:
  // Called on the server's thread for each request.
  using Handler = std::function<Script(const SeenRequest&)>;

  struct Options {
    std::optional<Certificate> certificate =
        std::nullopt;     // with a certificate, the server speaks TLS
    bool http2 = false;   // negotiates HTTP/2 without speaking it
    Script welcome = {};  // before the first request
  };

  explicit LoopbackServer(Handler handler) : LoopbackServer(std::move(handler), Options()) {}
  LoopbackServer(Handler handler, Options options);
  ~LoopbackServer();

  // "http://127.0.0.1:<port>/<path>", or https. `path` begins with a slash.
  std::string Url(std::string_view path) const;
  int port() const { return port_; }

  void Open(std::string gate);

  // Block until `count` have been seen in total.
  void AwaitRequests(size_t count);
  void AwaitHangUps(int count);

  std::vector<SeenRequest> requests() const;
  int connections() const;

 private:
  struct Acceptor;
  template <class Stream>
  class Connection;

  Task<void> Accept(std::shared_ptr<Acceptor> acceptor);
  void Note(SeenRequest request);
  void NoteHangUp();
  std::shared_ptr<runtime::OneShotEvent> FindGate(const std::string& name);

  Handler handler_;  // these two: loop thread only
  std::map<std::string, std::shared_ptr<runtime::OneShotEvent>> gates_;  // by name
  const Options options_;
  int port_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SeenRequest> requests_;  // these three are guarded by mutex_
  int connections_ = 0;
  int hang_ups_ = 0;

  std::unique_ptr<runtime::Loop> loop_;  // last: its tasks use all of the above
};

}  // namespace falcon::testing

#endif  // FALCON_TESTS_SUPPORT_LOOPBACK_SERVER_H_
