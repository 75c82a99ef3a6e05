// Maps libcurl's codes to the failures of an HttpTransport.
#include "http/curl/curl_result.h"

#include "base/error.h"
#include "base/text.h"

namespace falcon::http {
namespace {

constexpr size_t kMaxDetailBytes = 300;
constexpr long kProxyAuthRequired = 407;

// Curl's words about a proxy, or about a URL that it cannot read, may repeat the proxy's variable
// with a password in it.
bool MayNameAProxy(const CurlResult& end) {
  switch (end.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
      return true;
    default:
      return end.tunnel_status != 0;
  }
}

std::string Detail(const CurlResult& end) {
  const bool code_only = end.detail.empty() || MayNameAProxy(end);
  return code_only ? std::string(curl_easy_strerror(end.code))
                   : EscapeUnsafe(end.detail, kMaxDetailBytes);
}

absl::Status BrokenConnection(const CurlResult& end, bool maybe_sent) {
  const absl::Status status = Error(absl::StatusCode::kUnavailable, "UPSTREAM_CONNECTION",
                                    StrCat("no answer over the connection: ", Detail(end)));
  return WithMetadata(status, "sent", maybe_sent ? "maybe" : "no");
}

absl::Status CutShort() {
  const absl::Status status = Error(absl::StatusCode::kUnavailable, "UPSTREAM_CONNECTION",
                                    "the compressed answer ended before it was complete");
  return WithMetadata(status, "sent", "maybe");
}

absl::Status FailedTls(const CurlResult& end) {
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_TLS",
               StrCat("TLS failed, a retry will not help: ", Detail(end),
                      "; check the CA file, the clock and a TLS-inspecting proxy"));
}

absl::Status BrokenProtocol(std::string_view what) {
  return Error(absl::StatusCode::kInternal, "UPSTREAM_PROTOCOL",
               StrCat("the transfer was not sound HTTP: ", what));
}

// A peer that hangs up during the handshake is a broken connection, though curl calls it TLS. Where
// TLS itself failed, the words are OpenSSL's.
absl::Status FailedHandshake(const CurlResult& end) {
  const std::string_view detail = end.detail;
  const bool by_openssl = detail.find("SSL routines") != std::string_view::npos;
  const bool hung_up = !by_openssl || detail.find("unexpected eof") != std::string_view::npos;
  return hung_up ? BrokenConnection(end, false) : FailedTls(end);
}

// Curl's own timeouts: connecting and stalling.
absl::Status TimedOut(const CurlResult& end) {
  if (!end.connected) return BrokenConnection(end, false);
  return Error(absl::StatusCode::kUnavailable, "UPSTREAM_STALLED",
               StrCat("the answer stopped coming: ", Detail(end)));
}

absl::Status Ended(ResponseReader::Failure failure) {
  switch (failure) {
    case ResponseReader::Failure::kBodyTooLarge:
      return Error(absl::StatusCode::kResourceExhausted, "UPSTREAM_BODY_TOO_LARGE",
                   "the answer is larger than the gateway reads; ask for fewer records a page");
    case ResponseReader::Failure::kDecompressionBomb:
      return BrokenProtocol("the body decompresses beyond all reason");
    case ResponseReader::Failure::kHeadersTooLarge:
      return BrokenProtocol("too many headers");
    case ResponseReader::Failure::kBrokenGzip:
      return BrokenProtocol("the body is no sound gzip");
    case ResponseReader::Failure::kCutGzip:
      return CutShort();
    case ResponseReader::Failure::kNone:
      break;
  }
  return BrokenProtocol("the body was refused");
}

}  // namespace

absl::Status ToStatus(const CurlResult& end) {
  if (end.tunnel_status == kProxyAuthRequired) return ProxyAuthRequired();
  if (end.failure != ResponseReader::Failure::kNone) return Ended(end.failure);
  switch (end.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return BrokenConnection(end, false);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return BrokenConnection(end, end.connected);
    case CURLE_OPERATION_TIMEDOUT:
      return TimedOut(end);
    case CURLE_SSL_CONNECT_ERROR:
      return FailedHandshake(end);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_USE_SSL_FAILED:
      return FailedTls(end);
    default:
      return BrokenProtocol(Detail(end));
  }
}

absl::Status DeadlinePassed(bool received_nothing) {
  const absl::Status status = Error(absl::StatusCode::kDeadlineExceeded, "UPSTREAM_TIMEOUT",
                                    "the deadline passed before the answer was complete");
  return received_nothing ? WithMetadata(status, "received", "nothing") : status;
}

absl::Status ProxyAuthRequired() {
  return Error(absl::StatusCode::kFailedPrecondition, "UPSTREAM_PROXY_AUTH",
               "the proxy wants credentials (407): put them into HTTPS_PROXY");
}

}  // namespace falcon::http
