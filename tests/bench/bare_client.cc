// One thread that performs what comes.
#include "tests/bench/bare_client.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace falcon::bench {
namespace {

size_t Take(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

// A bearer token, as a header line.
std::string LogIn(const std::string& url) {
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

std::string HostsLike(const std::string& pattern, int limit) {
  return "/devices/combined/devices/v1?limit=" + std::to_string(limit) + "&filter=hostname%3A%27" +
         pattern + "%27";
}

}  // namespace

struct BareClient::Transfer {
  CURL* easy = curl_easy_init();
  std::string url;
  std::string body;
  std::string answer;
  Done done;
  Clock::time_point start = Clock::now();

  ~Transfer() { curl_easy_cleanup(easy); }
};

BareClient::BareClient(std::string falcon_url, int deadline_ms)
    : url_(std::move(falcon_url)), deadline_ms_(deadline_ms), multi_(curl_multi_init()) {
  headers_ = curl_slist_append(nullptr, LogIn(url_).c_str());
  headers_ = curl_slist_append(headers_, "Content-Type: application/json");
  thread_ = std::thread([this] { Run(); });
}

BareClient::~BareClient() {
  over_ = true;
  curl_multi_wakeup(multi_);
  thread_.join();
  curl_multi_cleanup(multi_);
  curl_slist_free_all(headers_);
}

void BareClient::Host(const std::string& id, Done done) {
  Start("/devices/entities/devices/v2", R"({"ids":[")" + id + R"("]})", std::move(done));
}

void BareClient::List(size_t which, Done done) {
  Start(HostsLike(ListedHosts(which), 50), "", std::move(done));
}

void BareClient::Export(size_t which, Done done) {
  Start(HostsLike(ExportedHosts(which), 1000), "", std::move(done));
}

void BareClient::Start(const std::string& path, std::string body, Done done) {
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

void BareClient::Run() {
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

}  // namespace falcon::bench
