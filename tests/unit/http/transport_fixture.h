// A real transport against servers of this process.
#ifndef FALCON_TESTS_UNIT_HTTP_TRANSPORT_FIXTURE_H_
#define FALCON_TESTS_UNIT_HTTP_TRANSPORT_FIXTURE_H_

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "http/curl/curl_transport.h"
#include "tests/support/loopback_server.h"
#include "tests/support/on_loop.h"
#include "tests/support/status_matchers.h"

namespace falcon::http {

using absl::StatusCode;
using falcon::testing::ChunkedBytes;
using falcon::testing::CloseConnection;
using falcon::testing::FailsWith;
using falcon::testing::Gzip;
using falcon::testing::IsOk;
using falcon::testing::LoopbackServer;
using falcon::testing::Reply;
using falcon::testing::ResetConnection;
using falcon::testing::ResponseBytes;
using falcon::testing::Script;
using falcon::testing::SeenRequest;
using falcon::testing::SendBytes;
using falcon::testing::WaitFor;
using falcon::testing::WaitForHangUp;

using Answer = absl::StatusOr<HttpResponse>;

class TransportTest : public ::testing::Test {
 protected:
  TransportTest() {
    for (const char* const name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY",
                                   "all_proxy", "no_proxy", "NO_PROXY"}) {
      unsetenv(name);
    }
  }

  ~TransportTest() override {
    for (const std::string& path : files_) std::remove(path.c_str());
  }

  // A file for the time of the test.
  std::string WriteFile(std::string_view text) {
    files_.push_back(StrCat(::testing::TempDir(), "falcon_wire_", getpid(), "_", files_.size()));
    std::ofstream(files_.back()) << text;
    return files_.back();
  }

  // The transport starts with the first use, so that a test may set its options and environment.
  CurlTransport& transport() {
    if (transport_ == nullptr) {
      transport_ = std::make_unique<CurlTransport>(options_, loop_, clock_);
    }
    return *transport_;
  }

  Deadline Soon() const { return Deadline::In(clock_, seconds(60)); }
  HttpRequest Get(std::string url) const {
    return HttpRequest(Method::kGet, std::move(url), Soon());
  }
  Answer Send(HttpRequest request) {
    return falcon::testing::Await(loop_, transport().Send(std::move(request)));
  }
  Answer SendGet(std::string url) { return Send(Get(std::move(url))); }
  falcon::testing::Running<Answer> Start(HttpRequest request) {
    return falcon::testing::Running<Answer>(loop_, transport().Send(std::move(request)));
  }

  SystemClock clock_;
  runtime::Loop loop_{"loop"};
  CurlOptions options_;
  std::unique_ptr<CurlTransport> transport_;
  std::vector<std::string> files_;
};

// Servers that answer every request alike.
inline LoopbackServer::Handler Always(Script script) {
  return [script = std::move(script)](const SeenRequest&) { return script; };
}

}  // namespace falcon::http

#endif  // FALCON_TESTS_UNIT_HTTP_TRANSPORT_FIXTURE_H_
