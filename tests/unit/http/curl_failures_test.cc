// Each row of the table of failures in http_transport.h: by a server that behaves badly, or by
// curl's result.
#include <gtest/gtest.h>

#include "base/error.h"
#include "http/curl/curl_result.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/http/transport_fixture.h"

namespace falcon::http {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;

class CurlFailuresTest : public TransportTest {
 protected:
  void ExpectBroken(const Answer& answer, std::string_view sent) {
    EXPECT_THAT(answer, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
    EXPECT_EQ(Metadata(answer.status())["sent"], sent);
  }
};

TEST_F(CurlFailuresTest, RefusedConnectionReportsNothingSent) {
  std::string url;
  {
    LoopbackServer gone(Always({}));
    url = gone.Url("/");
  }
  ExpectBroken(SendGet(url), "no");
}

TEST_F(CurlFailuresTest, ResetOrCloseBeforeOrInResponseIsBrokenConnection) {
  const std::string half = ResponseBytes(200, std::string(1000, 'x')).substr(0, 500);
  for (const Script& script :
       {Script{ResetConnection{}}, Script{CloseConnection{}},
        Script{SendBytes{half}, ResetConnection{}}, Script{SendBytes{half}, CloseConnection{}}}) {
    LoopbackServer server(Always(script));
    ExpectBroken(SendGet(server.Url("/")), "maybe");
  }
}

TEST_F(CurlFailuresTest, ServerWithoutHttp2AfterAlpnIsBrokenConnection) {
  const auto certificate = falcon::testing::MakeSelfSignedCertificate();
  // The client's preface ends in an empty line, so the server takes it for a request.
  LoopbackServer server(Always({SendBytes{"HTTP/1.1 200 OK\r\n\r\n"}, WaitForHangUp{}}),
                        {.certificate = certificate, .http2 = true});
  options_.ca_file = WriteFile(certificate.pem);
  ExpectBroken(SendGet(server.Url("/")), "maybe");
}

TEST_F(CurlFailuresTest, BodyThatStopsIsStalled) {
  options_.stall_time = seconds(1);
  const std::string half = ResponseBytes(200, std::string(1000, 'x')).substr(0, 500);
  LoopbackServer server(Always({SendBytes{half}, WaitForHangUp{}}));
  EXPECT_THAT(SendGet(server.Url("/")), FailsWith(StatusCode::kUnavailable, "UPSTREAM_STALLED"));
}

// The stalled call is the clock: once it has failed, more than the stall time has passed.
TEST_F(CurlFailuresTest, StallTimeStartsWithFirstByte) {
  options_.stall_time = seconds(1);
  const std::string half = ResponseBytes(200, std::string(1000, 'x')).substr(0, 500);
  LoopbackServer server([&](const SeenRequest& request) -> Script {
    if (request.target == "/stalls") return {SendBytes{half}, WaitForHangUp{}};
    return {SendBytes{"HTTP/1.1 103 Early Hints\r\n\r\n"}, WaitFor{"searched"},
            SendBytes{ResponseBytes(200, "found")}};
  });
  falcon::testing::Running<Answer> slow = Start(Get(server.Url("/slow")));
  server.AwaitRequests(1);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(SendGet(server.Url("/stalls")),
                FailsWith(StatusCode::kUnavailable, "UPSTREAM_STALLED"));
  }
  server.Open("searched");
  const Answer answer = *slow.Get();
  ASSERT_THAT(answer, IsOk());
  EXPECT_EQ(answer->body, "found");
}

TEST_F(CurlFailuresTest, StallTimeDoesNotCarryOverToNextTransfer) {
  options_.stall_time = seconds(1);
  LoopbackServer server([&](const SeenRequest& request) -> Script {
    if (request.target != "/slow") return Reply(200, "quick");
    return {WaitFor{"searched"}, SendBytes{ResponseBytes(200, "found")}};
  });
  const std::string half = ResponseBytes(200, std::string(1000, 'x')).substr(0, 500);
  LoopbackServer other(Always({SendBytes{half}, WaitForHangUp{}}));
  ASSERT_THAT(SendGet(server.Url("/")), IsOk());
  falcon::testing::Running<Answer> slow = Start(Get(server.Url("/slow")));
  server.AwaitRequests(2);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(SendGet(other.Url("/")).ok());
  server.Open("searched");
  EXPECT_THAT(*slow.Get(), IsOk());
}

TEST_F(CurlFailuresTest, TruncatedGzipIsBrokenConnection) {
  const std::string gzip = Gzip(std::string(1000, 'x'));
  LoopbackServer server(Always(Reply(200, gzip.substr(0, gzip.size() - 9))));
  ExpectBroken(SendGet(server.Url("/")), "maybe");
}

TEST_F(CurlFailuresTest, RejectsUnknownCertificate) {
  LoopbackServer server(Always(Reply(200, "")),
                        {.certificate = falcon::testing::MakeSelfSignedCertificate()});
  EXPECT_THAT(SendGet(server.Url("/")), FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlFailuresTest, RejectsCertificateOfAnotherName) {
  const auto certificate = falcon::testing::MakeSelfSignedCertificate();
  LoopbackServer server(Always(Reply(200, "")), {.certificate = certificate});
  options_.ca_file = WriteFile(certificate.pem);
  EXPECT_THAT(SendGet(StrCat("https://localhost:", server.port(), "/")),
              FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
}

TEST_F(CurlFailuresTest, ServerWithoutTlsFailsHandshakePermanently) {
  LoopbackServer plain(Always({}), {.welcome = {SendBytes{"220 batch.example.com ESMTP\r\n"}}});
  EXPECT_THAT(SendGet(StrCat("https://127.0.0.1:", plain.port(), "/")),
              FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
}

TEST_F(CurlFailuresTest, HangUpInHandshakeIsBrokenConnection) {
  for (const Script& script : {Script{CloseConnection{}}, Script{ResetConnection{}}}) {
    LoopbackServer plain(Always({}), {.welcome = script});
    ExpectBroken(SendGet(StrCat("https://127.0.0.1:", plain.port(), "/")), "no");
  }
}

TEST_F(CurlFailuresTest, ProxyAuthRequiredHasItsOwnReason) {
  LoopbackServer proxy(Always(Reply(407, "", {{"Proxy-Authenticate", "Basic realm=\"corp\""}})));
  setenv("http_proxy", proxy.Url("").c_str(), 1);
  setenv("https_proxy", proxy.Url("").c_str(), 1);
  const Answer plain = SendGet("http://falcon.invalid/");
  const Answer tunnel = SendGet("https://falcon.invalid/");
  transport_.reset();
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  EXPECT_THAT(plain, FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_PROXY_AUTH"));
  EXPECT_THAT(tunnel, FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_PROXY_AUTH"));
}

TEST_F(CurlFailuresTest, FailedTunnelReportsNothingSent) {
  LoopbackServer proxy(Always(Reply(502, "")));
  setenv("https_proxy", proxy.Url("").c_str(), 1);
  const Answer answer = SendGet("https://falcon.invalid/");
  transport_.reset();
  unsetenv("https_proxy");
  ExpectBroken(answer, "no");
}

TEST_F(CurlFailuresTest, DeadlineEndsRunningTransfer) {
  LoopbackServer server(Always({WaitForHangUp{}}));
  HttpRequest request = Get(server.Url("/"));
  request.deadline = Deadline::In(clock_, milliseconds(30));
  EXPECT_THAT(Send(std::move(request)),
              FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  server.AwaitHangUps(1);
}

TEST_F(CurlFailuresTest, DeadlineEndsTransferThatWaitsForConnection) {
  options_.max_connections = 1;
  LoopbackServer server(Always({WaitFor{"free"}, SendBytes{ResponseBytes(200, "")}}));
  falcon::testing::Running<Answer> first = Start(Get(server.Url("/")));
  server.AwaitRequests(1);
  HttpRequest request = Get(server.Url("/"));
  request.deadline = Deadline::In(clock_, milliseconds(30));
  EXPECT_THAT(Send(std::move(request)),
              FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  server.Open("free");
  EXPECT_THAT(*first.Get(), IsOk());
}

TEST_F(CurlFailuresTest, PassedDeadlineSendsNothing) {
  LoopbackServer server(Always(Reply(200, "")));
  HttpRequest request = Get(server.Url("/"));
  request.deadline = Deadline(clock_.Now());
  EXPECT_THAT(Send(std::move(request)),
              FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlFailuresTest, RejectsBodyOverLimit) {
  options_.max_body_bytes = 1000;
  const std::string large(1001, 'x');
  const Script scripts[] = {Reply(200, large),
                            {SendBytes{ChunkedBytes(200, large)}},
                            Reply(200, Gzip(large), {{"Content-Encoding", "gzip"}})};
  for (const Script& script : scripts) {
    LoopbackServer server(Always(script));
    EXPECT_THAT(SendGet(server.Url("/")),
                FailsWith(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"));
  }
}

TEST_F(CurlFailuresTest, RejectsDecompressionBomb) {
  const std::string bomb = Gzip(std::string(16 << 20, '0'));
  const Headers gzip = {{"Content-Encoding", "gzip"}};
  const Script scripts[] = {Reply(200, bomb, gzip), {SendBytes{ChunkedBytes(200, bomb, gzip)}}};
  for (const Script& script : scripts) {
    LoopbackServer server(Always(script));
    EXPECT_THAT(SendGet(server.Url("/")), FailsWith(StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  }
}

TEST_F(CurlFailuresTest, MalformedResponseIsProtocolError) {
  const std::string flood = StrCat("HTTP/1.1 200 OK\r\nx: ", std::string(400'000, 'y'), "\r\n\r\n");
  const Script scripts[] = {{SendBytes{"SSH-2.0-OpenSSH_9.2\r\n\r\n"}, CloseConnection{}},
                            {SendBytes{flood}, CloseConnection{}},
                            Reply(200, "\x1Fthis is not gzip", {{"Content-Encoding", "gzip"}})};
  for (const Script& script : scripts) {
    LoopbackServer server(Always(script));
    EXPECT_THAT(SendGet(server.Url("/")), FailsWith(StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  }
}

TEST_F(CurlFailuresTest, RejectsControlCharactersAndForbiddenUrls) {
  LoopbackServer server(Always(Reply(200, "")));
  HttpRequest request = Get(server.Url("/"));
  request.headers = {{"X-Host", "a\r\nAuthorization: other"}};
  EXPECT_THAT(Send(std::move(request)), FailsWith(StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  EXPECT_THAT(SendGet("file:///etc/passwd"), FailsWith(StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  EXPECT_THAT(SendGet("http://user:word@127.0.0.1/"),
              FailsWith(StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlFailuresTest, TransportWorksAfterFailure) {
  LoopbackServer server([](const SeenRequest& request) -> Script {
    if (request.target == "/bad") return {ResetConnection{}};
    return Reply(200, "good");
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(SendGet(server.Url("/bad")).ok());
    EXPECT_EQ(SendGet(server.Url("/good"))->body, "good");
  }
}

CurlResult EndOf(CURLcode code, bool connected = false, std::string detail = "") {
  CurlResult end;
  end.code = code;
  end.connected = connected;
  end.detail = std::move(detail);
  return end;
}

TEST(CurlResult, ReportsNothingSentWithoutConnection) {
  for (const CURLcode code : {CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY,
                              CURLE_COULDNT_CONNECT, CURLE_PROXY}) {
    const absl::Status status = ToStatus(EndOf(code));
    EXPECT_THAT(status, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
    EXPECT_EQ(Metadata(status).at("sent"), "no");
  }
}

TEST(CurlResult, ReportsMaybeSentAfterConnectionBroke) {
  for (const CURLcode code : {CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_GOT_NOTHING,
                              CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM}) {
    const absl::Status status = ToStatus(EndOf(code, /*connected=*/true));
    EXPECT_THAT(status, FailsWith(StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
    EXPECT_EQ(Metadata(status).at("sent"), "maybe");
  }
}

TEST(CurlResult, DistinguishesThreeTimeouts) {
  EXPECT_THAT(DeadlinePassed(false), FailsWith(StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT"));
  EXPECT_THAT(ToStatus(EndOf(CURLE_OPERATION_TIMEDOUT, true)),
              FailsWith(StatusCode::kUnavailable, "UPSTREAM_STALLED"));
  EXPECT_THAT(ToStatus(EndOf(CURLE_OPERATION_TIMEDOUT, false)),
              FailsWith(StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
}

TEST(CurlResult, CertificateFailureIsPermanent) {
  for (const CURLcode code : {CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE}) {
    EXPECT_THAT(ToStatus(EndOf(code)), FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
  }
  EXPECT_THAT(ToStatus(EndOf(CURLE_SSL_CONNECT_ERROR, false,
                             "error:0A00010B:SSL routines::wrong version number")),
              FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_TLS"));
}

TEST(CurlResult, HangUpInTlsHandshakeIsBrokenConnection) {
  for (const char* const detail :
       {"OpenSSL SSL_connect: Connection reset by peer in connection to a:443",
        "Recv failure: Connection reset by peer",
        "error:0A000126:SSL routines::unexpected eof while reading"}) {
    EXPECT_THAT(ToStatus(EndOf(CURLE_SSL_CONNECT_ERROR, false, detail)),
                FailsWith(StatusCode::kUnavailable, "UPSTREAM_CONNECTION"));
  }
}

TEST(CurlResult, RefusedTunnelIsProxyAuthRequired) {
  CurlResult end = EndOf(CURLE_RECV_ERROR);
  end.tunnel_status = 407;
  EXPECT_THAT(ToStatus(end), FailsWith(StatusCode::kFailedPrecondition, "UPSTREAM_PROXY_AUTH"));
}

TEST(CurlResult, ReaderFailureTakesPrecedenceOverCode) {
  CurlResult end = EndOf(CURLE_WRITE_ERROR, true);
  end.failure = ResponseReader::Failure::kBodyTooLarge;
  EXPECT_THAT(ToStatus(end), FailsWith(StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE"));
  for (const auto failure :
       {ResponseReader::Failure::kDecompressionBomb, ResponseReader::Failure::kHeadersTooLarge}) {
    end.failure = failure;
    EXPECT_THAT(ToStatus(end), FailsWith(StatusCode::kInternal, "UPSTREAM_PROTOCOL"));
  }
}

TEST(CurlResult, EscapesServerTextInErrorBuffer) {
  const absl::Status status = ToStatus(EndOf(CURLE_RECV_ERROR, true, "bad \x1b[31m"));
  EXPECT_EQ(status.message().find('\x1b'), absl::string_view::npos);
}

TEST(CurlResult, OmitsErrorBufferAboutProxies) {
  for (const CURLcode code : {CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY, CURLE_UNSUPPORTED_PROTOCOL,
                              CURLE_URL_MALFORMAT, CURLE_NOT_BUILT_IN}) {
    const absl::Status status =
        ToStatus(EndOf(code, false, "Unsupported proxy syntax in 'u:canary@p'"));
    EXPECT_EQ(status.message().find("canary"), absl::string_view::npos) << code;
  }
  CurlResult tunnel = EndOf(CURLE_RECV_ERROR, false, "canary");
  tunnel.tunnel_status = 503;
  EXPECT_EQ(ToStatus(tunnel).message().find("canary"), absl::string_view::npos);
}

}  // namespace
}  // namespace falcon::http
