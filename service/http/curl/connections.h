// Connections: the sockets that libcurl has open, and which of them are dead.
#ifndef FALCON_HTTP_CURL_CONNECTIONS_H_
#define FALCON_HTTP_CURL_CONNECTIONS_H_

#include <curl/curl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.h"
#include "http/curl/curl_options.h"
#include "runtime/thread_affinity.h"

namespace falcon::http {

// A connection as curl names it, and when a transfer was sent on it.
struct SentOn {
  std::string peer_ip;
  int peer_port = 0;
  int local_port = 0;
  SteadyTime at;

  bool SameConnection(const SentOn& other) const {
    return local_port == other.local_port && peer_port == other.peer_port &&
           peer_ip == other.peer_ip;
  }
};

// The kernel's view of a connection (TCP_INFO).
struct TcpFacts {
  milliseconds since_received{0};  // since the last byte of data; at first since it was connected
  int lost_timeouts = 0;           // retransmissions in a row that were not acknowledged
};

// Whether nothing was received since a transfer was sent `since_sent` ago. The kernel counts time
// in ticks of up to 10 ms.
bool ReceivedNothing(const TcpFacts& facts, milliseconds since_sent);

enum class Retirement { kNone, kUnacknowledged, kSilent };

// "unacknowledged" or "silent".
std::string_view RetirementName(Retirement reason);

// Whether a connection is dead, judged when a transfer ends without a response. `silence`: how long
// nothing was received while a response was due.
//
//   unacknowledged  two retransmissions in a row were lost: the peer or the path is gone
//   silent          the peer acknowledges, and sent nothing for `max_silence`
Retirement Judge(const TcpFacts& facts, milliseconds silence, milliseconds max_silence);

// Wire thread only. Outlives every handle and the CURLM that it serves.
class Connections {
 public:
  // See max_silence in wire_options.h.
  Connections(const CurlOptions& options, const Clock& clock)
      : max_silence_(options.max_silence),
        max_shared_silence_(options.max_shared_silence),
        clock_(clock) {}
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Makes `easy` open and close its sockets here, with keepalive and TCP_USER_TIMEOUT.
  void Serve(CURL* easy);

  struct Finding {
    bool received_nothing = false;  // since the transfer was sent
    milliseconds silence{0};
    Retirement retirement = Retirement::kNone;
  };
  // Examines the connection of a transfer that ends without a response. A dead connection is shut
  // down and reported as retired once: its other transfers end at once and the next one connects
  // anew. `shared`: other transfers wait on the connection too. It is given more time then, because
  // they fail with it.
  Finding Examine(const SentOn& sent, bool shared);

  // Whether any connection received data since `start`.
  bool AnyReceivedSince(SteadyTime start) const;

 private:
  struct Socket {
    std::string peer_ip;
    int peer_port = 0;
    int local_port = 0;  // 0: not asked for yet
    bool retired = false;
    // When the first transfer was sent that ended without a response while nothing was received.
    std::optional<SteadyTime> silent_since;
  };
  static curl_socket_t OnOpen(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int OnClose(void* self, curl_socket_t fd);
  std::optional<int> Find(const SentOn& sent);
  milliseconds Silence(Socket& socket, const TcpFacts& facts, const SentOn& sent) const;

  [[no_unique_address]] runtime::ThreadAffinity wire_thread_;
  const milliseconds max_silence_;
  const milliseconds max_shared_silence_;
  const Clock& clock_;
  std::unordered_map<int, Socket> sockets_;  // by file descriptor
};

}  // namespace falcon::http

#endif  // FALCON_HTTP_CURL_CONNECTIONS_H_
