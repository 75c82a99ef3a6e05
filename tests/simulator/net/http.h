// A request as handlers see it, and a reply with how its bytes are sent.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace falcon::simulator {

struct Request {
  std::string method;
  std::string path;  // without the query
  std::vector<std::pair<std::string, std::string>> query;
  std::string authorization;
  std::string content_type;
  std::string api_key;  // of VirusTotal
  std::string body;

  // The first value of a query parameter; nothing when absent.
  std::optional<std::string_view> Param(std::string_view name) const;
};

// How the bytes of a reply are sent; faults change it.
struct Delivery {
  enum class Cut { kNone, kReset, kClose, kStall };

  std::chrono::milliseconds delay{0};
  Cut cut = Cut::kNone;
  std::optional<size_t> cut_after_body_bytes;  // with a cut: none means before the first byte
  size_t bytes_per_second = 0;                 // 0: as fast as the client reads
  std::optional<size_t> claimed_length;        // a wrong Content-Length
  bool chunked = false;
  bool close = false;  // end the connection after this reply
};

struct Reply {
  int status = 200;
  std::string body;
  std::optional<std::string> content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  Delivery delivery;
};

std::string PercentDecode(std::string_view text);  // `+` becomes a blank
std::vector<std::pair<std::string, std::string>> ParseQuery(std::string_view query);
std::string_view ReasonPhrase(int status);
// What follows `scheme` in an Authorization header; schemes compare without case. Nothing when it
// is another scheme.
std::optional<std::string_view> Credential(std::string_view authorization, std::string_view scheme);
std::optional<std::string> Base64Decode(std::string_view text);

// The head of a reply: status line and headers. `date` is the Date header's value.
std::string Head(const Reply& reply, std::string_view date, bool keep_alive);

}  // namespace falcon::simulator
