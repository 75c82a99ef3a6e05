// A client without a gateway: each call goes to Falcon as it comes, by libcurl.
#ifndef FALCON_TESTS_BENCH_BARE_CLIENT_H_
#define FALCON_TESTS_BENCH_BARE_CLIENT_H_

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/load.h"

namespace falcon::bench {

class BareClient {
 public:
  // Logs in with the simulator's credentials. `deadline_ms`: of each call.
  BareClient(std::string falcon_url, int deadline_ms);
  ~BareClient();
  BareClient(const BareClient&) = delete;
  BareClient& operator=(const BareClient&) = delete;

  // As GatewayClient's. A failure is the HTTP status, or "broken".
  void Host(const std::string& id, Done done);
  void List(size_t which, Done done);
  void Export(size_t which, Done done);

 private:
  struct Transfer;

  void Start(const std::string& path, std::string body, Done done);
  void Run();

  const std::string url_;
  const int deadline_ms_;
  curl_slist* headers_ = nullptr;
  CURLM* const multi_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Transfer>> arrivals_;  // guarded by mutex_
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace falcon::bench

#endif  // FALCON_TESTS_BENCH_BARE_CLIENT_H_
