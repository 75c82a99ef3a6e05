// Inbox: the one way from other threads to the wire thread.
#ifndef FALCON_WIRE_INBOX_H_
#define FALCON_WIRE_INBOX_H_

#include <curl/curl.h>

#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "base/secret.h"
#include "wire/http.h"

namespace falcon::wire {

// A request with its number. Wipes a secret body wherever it ends. Numbers are never used twice.
struct Exchange {
  Exchange(uint64_t number, HttpRequest what) : id(number), request(std::move(what)) {}
  Exchange(Exchange&&) = default;
  Exchange& operator=(Exchange&& other) noexcept {
    WipeBody();
    id = other.id;
    request = std::move(other.request);
    return *this;
  }
  ~Exchange() { WipeBody(); }

  void WipeBody() {
    if (request.wipe_body) Wipe(request.body);
  }

  uint64_t id;
  HttpRequest request;
};

struct Mail {
  std::vector<Exchange> arrivals;
  std::vector<uint64_t> leavers;  // may have ended long ago
  bool closed = false;
};

class Inbox {
 public:
  // Wakes `multi`, which must live until Close returns.
  explicit Inbox(CURLM* multi) : multi_(multi) {}

  // Any thread, also after Close: then nothing happens.
  void Start(Exchange exchange);
  void Cancel(uint64_t id);
  void Close();

  // Wire thread only. Swaps what has come for the emptied `mail`; never waits.
  void Take(Mail& mail);
  // Wire thread only. True: nothing has come, and whatever comes from now on wakes curl_multi_poll.
  bool MayDoze();

 private:
  void Ring();

  std::mutex mutex_;
  CURLM* multi_;
  Mail mail_;
  bool dozing_ = false;
};

}  // namespace falcon::wire

#endif  // FALCON_WIRE_INBOX_H_
