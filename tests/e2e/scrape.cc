// By curl; the address stands in the gateway's log.
#include "tests/e2e/scrape.h"

#include <curl/curl.h>

#include <memory>
#include <stdexcept>

#include "tests/e2e/calls.h"

namespace falcon::e2e {
namespace {

std::string MetricsAddress(World& world) {
  constexpr std::string_view kMark = R"("event":"metrics_served","address":")";
  std::string log;
  WaitUntil([&] {
    log = world.gateway_program().Log();
    return log.find(kMark) != std::string::npos;
  });
  const size_t begin = log.rfind(kMark) + kMark.size();
  return log.substr(begin, log.find('"', begin) - begin);
}

size_t Append(char* data, size_t size, size_t count, void* out) {
  static_cast<std::string*>(out)->append(data, size * count);
  return size * count;
}

}  // namespace

Page Get(World& world, const std::string& path) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 &curl_easy_cleanup);
  Page page;
  const std::string url = "http://" + MetricsAddress(world) + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &page.body);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) throw std::runtime_error(url + ": " + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  page.status = static_cast<int>(status);
  return page;
}

double Metric(World& world, const std::string& series) {
  const std::string text = Get(world, "/metrics").body;
  const size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 2));
}

}  // namespace falcon::e2e
