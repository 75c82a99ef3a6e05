// Uses libcurl's own parser, so that what passes here works there.
#include "config/proxy.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace falcon::config {
namespace {

// The first that is set counts, by the scheme of the URL that is fetched.
constexpr std::array<const char*, 4> kForHttps = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                                  "ALL_PROXY"};
constexpr std::array<const char*, 3> kForHttp = {"http_proxy", "all_proxy", "ALL_PROXY"};
constexpr std::array<std::string_view, 7> kSchemes = {"http",    "https",  "socks",  "socks4",
                                                      "socks4a", "socks5", "socks5h"};

class ProxyUrl {
 public:
  // False: it does not parse.
  bool Parse(const std::string& text) {
    constexpr unsigned kFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME;
    return curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), kFlags) == CURLUE_OK;
  }
  // Nullopt: it has no such part. Undecodable parts count as missing, and set `broken`.
  std::optional<Secret> Part(CURLUPart part, bool& broken) const {
    char* text = nullptr;
    const CURLUcode code = curl_url_get(url_.get(), part, &text, CURLU_URLDECODE);
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    broken = broken || code == CURLUE_URLDECODE;
    if (code != CURLUE_OK) return std::nullopt;
    return Secret(text);
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url_{curl_url(), &curl_url_cleanup};
};

// What is wrong with `value`; empty: nothing.
std::string_view FaultOf(const Secret& value) {
  constexpr std::string_view kForm =
      "must be like http://USER:PASSWORD@HOST:PORT, with percent-encoding for any of @:/?# in USER "
      "and PASSWORD";
  ProxyUrl url;
  if (!url.Parse(std::string(value.Reveal()))) return kForm;
  bool broken = false;
  const std::optional<Secret> path = url.Part(CURLUPART_PATH, broken);
  const bool bare = (!path.has_value() || path->Reveal() == "/") &&
                    !url.Part(CURLUPART_QUERY, broken).has_value() &&
                    !url.Part(CURLUPART_FRAGMENT, broken).has_value();
  const bool host = url.Part(CURLUPART_HOST, broken).has_value();
  url.Part(CURLUPART_USER, broken);
  url.Part(CURLUPART_PASSWORD, broken);
  if (!bare || !host || broken) return kForm;
  const std::optional<Secret> scheme = url.Part(CURLUPART_SCHEME, broken);
  const bool known =
      scheme.has_value() && std::ranges::find(kSchemes, scheme->Reveal()) != kSchemes.end();
  return known ? ""
               : "must begin with http://, https://, socks4://, socks4a://, socks5:// or "
                 "socks5h://";
}

template <size_t kCount>
std::optional<std::string> FirstSet(const Environment& environment,
                                    const std::array<const char*, kCount>& names) {
  for (const char* const name : names) {
    if (!environment.Get(name).empty()) return name;
  }
  return std::nullopt;
}

}  // namespace

void CheckProxies(const Environment& environment, Problems& problems) {
  std::set<std::string> taken;
  for (const auto& name : {FirstSet(environment, kForHttps), FirstSet(environment, kForHttp)}) {
    if (name.has_value()) taken.insert(*name);
  }
  for (const std::string& name : taken) {
    const std::string_view fault = FaultOf(environment.Get(name));
    if (!fault.empty()) problems.Add(name, fault);
  }
}

}  // namespace falcon::config
