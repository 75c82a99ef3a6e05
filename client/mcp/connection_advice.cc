// gRPC has one code for all of these; only its text tells them apart.
#include "mcp/connection_advice.h"

namespace falcon::mcp {
namespace {

struct Advice {
  std::string_view sign;
  std::string_view with_tls;
  std::string_view without_tls;
};

constexpr std::string_view kStart =
    "Nothing listens there. Start falcon-gateway, or name another place by --gateway HOST:PORT.";
constexpr std::string_view kClosed =
    "What listens there ended the connection. It may want a certificate (--cert and --key), or be "
    "no gateway.";
constexpr std::string_view kSpeakTls =
    "What listens there ended the connection: it may speak TLS. Try --tls, with --ca-file where "
    "its "
    "authority is not one of the system's.";

constexpr std::string_view kProxy =
    "A proxy there answers in the gateway's place: the gateway behind it is starting, busy or not "
    "reached. Try again.";

constexpr Advice kAdvice[] = {
    {"http2 header with status", kProxy, kProxy},
    {"Connection refused", kStart, kStart},
    {"DNS resolution failed", "No such host name: check --gateway.",
     "No such host name: check --gateway."},
    {"wrong version number",
     "The gateway speaks no TLS there: leave out --tls, --ca-file, --cert and --key.", ""},
    {"certificate verify failed",
     "Its certificate is of no known authority: name that authority's PEM file by --ca-file.", ""},
    {"is not in peer certificate",
     "Its certificate is for another name: reach it by the name in the certificate.", ""},
    {"certificate required", "It wants a certificate: --cert and --key.", ""},
    {"Socket closed", kClosed, kSpeakTls},
    {"reset by peer", kClosed, kSpeakTls},
    {"Endpoint read failed", kClosed, kSpeakTls},
};

}  // namespace

std::string ConnectionAdvice(std::string_view message, bool tls) {
  for (const Advice& advice : kAdvice) {
    if (message.find(advice.sign) == message.npos) continue;
    const std::string_view text = tls ? advice.with_tls : advice.without_tls;
    if (!text.empty()) return std::string(text);
  }
  return "Check --gateway, the network between, and whether it wants TLS (--tls).";
}

}  // namespace falcon::mcp
