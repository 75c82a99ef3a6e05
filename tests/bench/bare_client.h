// A client without a gateway: it sends each call to Falcon at once, by libcurl on one thread.
#ifndef FALCON_TESTS_BENCH_BARE_CLIENT_H_
#define FALCON_TESTS_BENCH_BARE_CLIENT_H_

#include <curl/curl.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/load.h"

namespace falcon::bench {

inline size_t Take(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

// Requests a token and returns the header line that carries it.
inline std::string LogIn(const std::string& url) {
  CURL* const easy = curl_easy_init();
  std::string answer;
  curl_easy_setopt(easy, CURLOPT_URL, (url + "/oauth2/token").c_str());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                   "client_id=simulator-client&client_secret=simulator-secret");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer);
  curl_easy_perform(easy);
  curl_easy_cleanup(easy);
  const std::string token = nlohmann::json::parse(answer).at("access_token");
  return "Authorization: Bearer " + token;
}

inline std::string HostsLike(const std::string& pattern, int limit) {
  return "/devices/combined/devices/v1?limit=" + std::to_string(limit) + "&filter=hostname%3A%27" +
         pattern + "%27";
}

class BareClient {
 public:
  // Logs in with the simulator's credentials. `deadline_ms`: of each call.
  BareClient(std::string falcon_url, int deadline_ms)
      : url_(std::move(falcon_url)), deadline_ms_(deadline_ms), multi_(curl_multi_init()) {
    headers_ = curl_slist_append(nullptr, LogIn(url_).c_str());
    headers_ = curl_slist_append(headers_, "Content-Type: application/json");
    thread_ = std::thread([this] { Run(); });
  }
  ~BareClient() {
    over_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
    curl_slist_free_all(headers_);
  }
  BareClient(const BareClient&) = delete;
  BareClient& operator=(const BareClient&) = delete;

  // The calls of GatewayClient. A failure is the HTTP status, or "broken".
  void Host(const std::string& id, Done done) {
    Start("/devices/entities/devices/v2", R"({"ids":[")" + id + R"("]})", std::move(done));
  }
  void List(size_t which, Done done) {
    Start(HostsLike(ListedHosts(which), 50), "", std::move(done));
  }
  void Export(size_t which, Done done) {
    Start(HostsLike(ExportedHosts(which), 1000), "", std::move(done));
  }

 private:
  struct Transfer {
    CURL* easy = curl_easy_init();
    std::string url;
    std::string body;
    std::string answer;
    Done done;
    Clock::time_point start = Clock::now();

    ~Transfer() { curl_easy_cleanup(easy); }
  };

  void Start(const std::string& path, std::string body, Done done) {
    auto transfer = std::make_unique<Transfer>();
    transfer->url = url_ + path;
    transfer->body = std::move(body);
    transfer->done = std::move(done);
    CURL* const easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_URL, transfer->url.c_str());
    if (!transfer->body.empty()) {
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.c_str());
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer->answer);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(deadline_ms_));
    const std::lock_guard lock(mutex_);
    arrivals_.push_back(std::move(transfer));
    curl_multi_wakeup(multi_);
  }

  void Run() {
    while (!over_) {
      std::vector<std::unique_ptr<Transfer>> arrivals;
      {
        const std::lock_guard lock(mutex_);
        arrivals.swap(arrivals_);
      }
      for (auto& transfer : arrivals) curl_multi_add_handle(multi_, transfer.release()->easy);
      int running = 0;
      curl_multi_perform(multi_, &running);
      while (CURLMsg* const message = curl_multi_info_read(multi_, &running)) {
        const CURLcode code = message->data.result;
        CURL* const easy = message->easy_handle;
        Transfer* private_data = nullptr;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private_data);
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        const std::unique_ptr<Transfer> transfer(private_data);
        curl_multi_remove_handle(multi_, easy);
        const bool whole = code == CURLE_OK;
        transfer->done(Since(transfer->start) * 1000,
                       whole && status == 200 ? "" : (whole ? std::to_string(status) : "broken"));
      }
      curl_multi_poll(multi_, nullptr, 0, 100, nullptr);
    }
  }

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
