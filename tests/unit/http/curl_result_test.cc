// The table of failures in http.h, row by row, where a server cannot show them.
#include "http/curl/curl_result.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/support/status_matchers.h"

namespace falcon::http {
namespace {

using absl::StatusCode;
using falcon::testing::FailsWith;

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
